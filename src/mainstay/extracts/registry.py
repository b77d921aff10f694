"""Which contracts a workspace uses: the built-in ones that its settings name, and its own."""

from pathlib import Path

from mainstay.errors import ContractError
from mainstay.extracts.contract import Contract, load_contracts
from mainstay.settings import Settings, Workspace


def workspace_contracts(workspace: Workspace, settings: Settings, seeds: Path) -> tuple[Contract, ...]:
    """Load every contract of a workspace.

    Raises:
        ContractError: a contract is wrong, two share a name, or there is none for receipts.
    """
    built_in = [seeds / "contracts" / f"{name}.toml" for name in settings.contracts.built_in]
    contracts = load_contracts([*built_in, *workspace.contracts.glob("*.toml")])
    if not any(contract.target == "receipts" for contract in contracts):
        raise ContractError(
            "no contract of the workspace loads receipts",
            where=f"{workspace.contracts.name}/ and [contracts] built_in",
            hint="receipts are the one target that a weekly run cannot do without",
        )
    return contracts


def one_namespace(contracts: tuple[Contract, ...]) -> bool:
    """Whether all enterprises of the workspace are named in one id namespace (DESIGN section 2, identity)."""
    return len({contract.id_namespace for contract in contracts if contract.definition.has_party}) == 1
