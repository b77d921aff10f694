"""Contract files: reading them, and which of them a workspace uses."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from mainstay.errors import ContractError, describe_problems
from mainstay.extracts.contract import KNOWN_KEYS, Contract
from mainstay.extracts.form_questions import FORM
from mainstay.settings import Settings, Workspace

VISIT_FORM = "visit_form"
"""What `columns` of a contract says instead of a list, where they are the questions of the visit form."""


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


def form_contract(contracts: tuple[Contract, ...], seeds: Path) -> Contract:
    """The contract under which visit forms come back; a workspace without one prints the pages of the built-in one."""
    forms = [one for one in contracts if one.target == "visit_outcomes" and one.format.header == "form"]
    return forms[0] if forms else load_contract(seeds / "contracts" / "visit_forms.toml")


def load_contract(path: Path) -> Contract:
    """Read one contract; with `columns = "visit_form"` its columns are the questions of `seeds/visit_form.toml`.

    Raises:
        ContractError: the file is not TOML, or says something a contract cannot say; all problems at once.
    """
    try:
        stated = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(
            "the contract is not valid TOML", where=f"{path.name}: {error}", hint="check the line named"
        ) from error
    if stated.get("columns") == VISIT_FORM:
        stated["columns"] = FORM.columns(in_form=stated.get("format", {}).get("header") == "form")
    try:
        return Contract.model_validate(stated)
    except ValidationError as error:
        raise ContractError(
            "the contract is invalid",
            where=path.name,
            count=error.error_count(),
            example=describe_problems(error, KNOWN_KEYS),
            hint="`mainstay contract schema` prints the canonical targets and fields",
        ) from error


def load_contracts(paths: list[Path]) -> tuple[Contract, ...]:
    """Read all contracts; two of the same name are an error.

    Raises:
        ContractError: one of them is wrong, or two share a name.
    """
    contracts: dict[str, Contract] = {}
    for path in sorted(paths):
        contract = load_contract(path)
        if contract.name in contracts:
            raise ContractError(
                f"two contracts are named '{contract.name}'",
                where=path.name,
                hint="rename one; a name is its history",
            )
        contracts[contract.name] = contract
    return tuple(contracts.values())
