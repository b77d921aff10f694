"""The charts of a backtest: what they show, and that they can be drawn offline."""

import polars as pl
import vl_convert

from mainstay.report.risk_charts import calibration_chart, gain_chart


def drawn(spec: dict[str, object]) -> str:
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="6.4", allowed_base_urls=[])
    return svg


def test_the_calibration_chart_has_a_point_a_bin_and_equal_axes() -> None:
    table = pl.DataFrame({"bin": [0, 1], "n": [50, 50], "mean_risk": [0.1, 0.6], "rate": [0.2, 0.5]})
    spec = calibration_chart(table).to_dict()
    scales = {layer["encoding"][axis]["scale"]["domain"][1] for layer in spec["layer"][1:] for axis in ("x", "y")}
    assert scales == {0.6}
    values = [row for rows in spec["datasets"].values() for row in rows if "bin" in row]
    assert [(row["mean_risk"], row["rate"]) for row in values] == [(0.1, 0.2), (0.6, 0.5)]
    assert "实际发生比例" in drawn(spec)


def test_the_gain_chart_names_its_rankings_in_words_and_in_a_fixed_order() -> None:
    curve = pl.DataFrame(
        {
            "ranking": ["baseline_size", "expected_loss", "best_possible"] * 2,
            "k": [25] * 3 + [50] * 3,
            "captured": [0.1, 0.4, 0.8, 0.2, 0.6, 0.9],
        }
    )
    spec = gain_chart(curve).to_dict()
    assert spec["encoding"]["color"]["scale"]["domain"] == ["事后最优", "预期减收", "收入规模"]
    svg = drawn(spec)
    assert all(word in svg for word in ("事后最优", "预期减收", "收入规模", "名单户数"))
    assert "baseline" not in svg
