"""Charts of a backtest for the notebook: whether grades mean what they say, and how much loss a list of k holds.

Words are Chinese, for those who read the notebook. They are told apart without colour too: by dashes, points and their
legend.
"""

import altair as alt
import polars as pl

RANKING_WORDS = {
    "best_possible": "事后最优",
    "expected_loss": "预期减收",
    "risk": "关注程度",
    "baseline_drop_x_amount": "降幅×金额",
    "baseline_drop": "降幅",
    "baseline_size": "收入规模",
    "baseline_signal_points": "信号分值",
}
"""The rankings of `risk.metrics.RANKINGS`, and the best that a list could be, known only afterwards."""

_SIZE = {"width": 420, "height": 260}
_DASHES = [[1, 0], [1, 0], [6, 2], [4, 2], [2, 2], [1, 3], [8, 3, 2, 3]]
_COLOURS = ["#707070", "#A4262C", "#1F4E79", "#B5651D", "#5B7F2B", "#7A5195", "#00808A"]


def calibration_chart(table: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Draw the share that came true against the predicted one, by bin; on the diagonal both are equal.

    Args:
        table: `risk.calibration_error.TABLE`, or the `table` of `calibration` in metrics.json as a frame.
    """
    highest = max([0.05, *table["mean_risk"].to_list(), *table["rate"].to_list()])
    scale = alt.Scale(domain=[0, highest], nice=False)
    points = alt.Chart(table).encode(
        x=alt.X("mean_risk:Q", title="预测概率（组内平均）", scale=scale),
        y=alt.Y("rate:Q", title="实际发生比例", scale=scale),
        tooltip=["bin:O", "n:Q", alt.Tooltip("mean_risk:Q", format=".3f"), alt.Tooltip("rate:Q", format=".3f")],
    )
    corner = pl.DataFrame({"mean_risk": [0.0, highest], "rate": [0.0, highest]})
    diagonal = alt.Chart(corner).mark_line(strokeDash=[4, 3], color="#707070").encode(x="mean_risk:Q", y="rate:Q")
    return alt.layer(
        diagonal,
        points.mark_line(color="#1F4E79", strokeWidth=1.5),
        points.mark_point(color="#1F4E79", filled=True, size=45),
    ).properties(**_SIZE)


def gain_chart(curve: pl.DataFrame) -> alt.Chart:
    """Draw the share of all loss that the first k hold, by ranking.

    Args:
        curve: `risk.metrics.gain_curve`: ranking, k, captured (0 to 1).
    """
    there = [ranking for ranking in RANKING_WORDS if ranking in set(curve["ranking"])]
    words = [RANKING_WORDS[ranking] for ranking in there]
    places = [list(RANKING_WORDS).index(ranking) for ranking in there]
    named = curve.filter(pl.col("ranking").is_in(there)).with_columns(
        name=pl.col("ranking").replace(RANKING_WORDS), percent=pl.col("captured") * 100
    )
    dashes = alt.Scale(domain=words, range=[_DASHES[place] for place in places])
    colours = alt.Scale(domain=words, range=[_COLOURS[place] for place in places])
    chart: alt.Chart = (
        alt.Chart(named)
        .mark_line(strokeWidth=1.8)
        .encode(
            x=alt.X("k:Q", title="名单户数"),
            y=alt.Y("percent:Q", title="占全部减收额的比重（%）"),
            color=alt.Color("name:N", title="排序依据", scale=colours),
            strokeDash=alt.StrokeDash("name:N", title="排序依据", scale=dashes),
            tooltip=["name:N", "k:Q", alt.Tooltip("percent:Q", format=".1f")],
        )
        .properties(**_SIZE)
    )
    return chart
