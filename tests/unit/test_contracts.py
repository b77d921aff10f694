"""A wrong contract is refused at start, with file, key and hint."""

from pathlib import Path

import pytest

from mainstay.errors import ContractError, ExitStatus
from mainstay.extracts.registry import load_contract, load_contracts, workspace_contracts
from mainstay.resources import shipped
from mainstay.settings import Settings, Workspace

SOUND = """
name = "monthly"
target = "receipts"
title = "monthly receipts"
legal_basis = "agreement"
agreement_id = "A-1"
expires_on = 2099-12-31
delivery = "replace_partition"
within_file = "add"
across_files = "version"
key = ["source_id", "month"]

[partition]
pattern = '(?P<year>\\d{4})(?P<month>\\d{2})'

[knowledge]
from = "file_name"
pattern = '(?P<year>\\d{4})(?P<month>\\d{2})'

[[columns]]
field = "source_id"
headings = ["id"]

[[columns]]
field = "month"
headings = ["month"]

[[columns]]
field = "amount"
level = "total"
headings = ["amount"]
"""


def refusal(tmp_path: Path, text: str) -> ContractError:
    path = tmp_path / "monthly.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ContractError) as refused:
        load_contract(path)
    assert "monthly.toml" in str(refused.value)
    assert "hint:" in str(refused.value)
    assert refused.value.exit_status == ExitStatus.USAGE
    return refused.value


def test_a_sound_contract_loads(tmp_path: Path) -> None:
    path = tmp_path / "monthly.toml"
    path.write_text(SOUND, "utf-8")
    contract = load_contract(path)
    assert [column.canonical for column in contract.columns] == ["source_id", "month", "amount_total"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('within_file = "add"', 'within_fil = "add"', "within_fil: unknown key; did you mean 'within_file'?"),
        ('target = "receipts"', 'target = "receits"', "no target 'receits'; did you mean 'receipts'?"),
        ('field = "source_id"', 'field = "source_idd"', "no field 'source_idd' in the target 'receipts'; did you"),
        ('level = "total"\n', "", "no field 'amount'"),
        ('headings = ["id"]', "", "give either headings or a position"),
        ('headings = ["id"]', "position = 1", "outside format.width"),
        ('key = ["source_id", "month"]', 'key = ["voucher"]', "key: 'voucher' is not a column"),
        ('key = ["source_id", "month"]', "", "need a key"),
        ("[partition]\npattern = '(?P<year>\\d{4})(?P<month>\\d{2})'", "", "needs a [partition]"),
        ("(?P<month>", "(?P<mon>", "needs the groups"),
        ("\\d{4})(", "\\d{4}(", "not a regular expression"),
        ('delivery = "replace_partition"', 'delivery = "replace"', "delivery: "),
        ("expires_on = 2099-12-31", "", "expires_on: Field required"),
        ('legal_basis = "agreement"', "", "legal_basis: Field required"),
        ('from = "file_name"', 'from = "file_time"', "accept_file_time"),
        ('field = "month"', 'field = "voucher"', "needs the field 'month'"),
        ("[knowledge]", "[[ranges]]\nfield = 'voucher'\nmin = 0\n\n[knowledge]", "ranges: 'voucher' is not a column"),
        ("[knowledge]", "[[ranges]]\nfield = 'month'\n\n[knowledge]", "ranges (month): give a min or a max"),
        ("[knowledge]", "[[volumes]]\nof = 'parties'\n\n[knowledge]", "volumes (parties): give a min, a max,"),
        ('target = "receipts"', 'target = "receipts"\ngranularity = "aggregate"', "'aggregate' does not fit"),
        ('delivery = "replace_partition"', 'delivery = "full"', "delivery: 'full' is for a register"),
        ("[knowledge]", "[format]\nwidth = 3\n\n[[blanks]]\nposition = 4\n\n[knowledge]", "blanks: position 4 lies"),
    ],
)  # fmt: skip
def test_a_wrong_contract_is_refused_with_its_key_and_a_hint(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SOUND
    assert told in str(refusal(tmp_path, SOUND.replace(old, new)))


def test_a_file_without_headings_has_no_column_that_says_when_it_became_known(tmp_path: Path) -> None:
    text = SOUND.replace("[knowledge]", '[format]\nheader = "none"\nwidth = 3\n\n[knowledge]')
    text = text.replace('from = "file_name"', 'from = "column"\nheading = "known"')
    for position, heading in enumerate(("id", "month", "amount"), start=1):
        text = text.replace(f'headings = ["{heading}"]', f"position = {position}")
    refused = refusal(tmp_path, text)
    assert (
        refused.example == "as a whole: knowledge.from: 'column' needs a heading, and format.header = 'none' has none"
    )


def test_bounds_and_blanks_that_can_fail_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "monthly.toml"
    rules = (
        "[[ranges]]\nfield = 'month'\nmin = 0\n\n[[volumes]]\nmax_ratio = 2.0\n\n"
        "[format]\nwidth = 4\n\n[[blanks]]\nposition = 4\n\n[knowledge]"
    )
    path.write_text(SOUND.replace("[knowledge]", rules), "utf-8")
    contract = load_contract(path)
    assert (len(contract.ranges), len(contract.volumes), len(contract.blanks)) == (1, 1, 1)


def test_a_contract_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    assert "line" in str(refusal(tmp_path, "name = \n"))


def test_two_contracts_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(SOUND, "utf-8")
    with pytest.raises(ContractError, match="two contracts are named 'monthly'"):
        load_contracts([tmp_path / "a.toml", tmp_path / "b.toml"])


def test_a_workspace_without_a_receipts_contract_is_refused(tmp_path: Path) -> None:
    settings = Settings.model_validate({"contracts": {"built_in": ["enterprises"]}})
    with pytest.raises(ContractError, match="loads receipts"):
        workspace_contracts(Workspace(tmp_path), settings, shipped("seeds"))


def test_a_changed_contract_has_another_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "monthly.toml"
    path.write_text(SOUND, "utf-8")
    before = load_contract(path).fingerprint
    path.write_text(SOUND.replace('"A-1"', '"A-2"'), "utf-8")
    assert load_contract(path).fingerprint != before
