"""Settings: every one has a default, and what is unknown is refused at start."""

from decimal import Decimal
from pathlib import Path

import pytest

from mainstay.errors import ExitStatus, SettingsError
from mainstay.settings import Settings, load_settings


def test_a_workspace_without_settings_has_all_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "mainstay.toml") == Settings()


def test_wan_yuan_divides_by_ten_thousand() -> None:
    assert Settings().money.divisor == Decimal(10_000)


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("[orders]\nvisiting_capacit = 3", "orders.visiting_capacit", "did you mean 'visiting_capacity'?"),
        ("[lists.mine]\ntitle = 'a'\ntopk = 3", "lists.mine.topk", "did you mean 'top_k'?"),
        ("[lists.outbound]\ntitle = 'a'", "lists.outbound.[key]", "taken: outbound"),
        ("[lists.'a b']\ntitle = 'a'", "lists.a b.[key]", "letters, digits, _ and - only"),
        ("[lists.'../q1']\ntitle = 'a'", "lists.../q1.[key]", "letters, digits, _ and - only"),
        ("[lists.'']\ntitle = 'a'", "lists..[key]", "letters, digits, _ and - only"),
        ("[lists.'.hidden']\ntitle = 'a'", "lists..hidden.[key]", "letters, digits, _ and - only"),
        ("[lists.mine]\npopulation = ''", "lists.mine.population", "is not one of all, high_precision"),
        ("[contracts]\nbuilt_in = ['receits']", "contracts.built_in.0", "'receipts'"),
        ("[orders]\nvisiting_capacity = -1", "orders.visiting_capacity", "greater than or equal to 0"),
        ("[money]\ndisplay_unit = '美元'", "money", "display_divisor"),
        ("[models]\nmin_event = 60", "models.min_event", "did you mean 'min_events'?"),
        ("[models]\nmin_events = 3", "models.min_events", "greater than or equal to 20"),
    ],
)
def test_a_wrong_setting_is_refused_with_file_key_and_hint(tmp_path: Path, text: str, key: str, hint: str) -> None:
    path = tmp_path / "mainstay.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    message = str(refused.value)
    assert "mainstay.toml" in message
    assert f"{key}: " in message
    assert hint in message
    assert refused.value.exit_status == ExitStatus.USAGE


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mainstay.toml"
    path.write_text("[orders]\nfoo = 1\n[score]\nbar = 2", "utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert refused.value.count == 2


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mainstay.toml"
    path.write_text("[orders\n", "utf-8")
    with pytest.raises(SettingsError, match="line 1"):
        load_settings(path)
