"""Why we come, in one neutral sentence, and what we ask: what a firm may read of its own work order (DOMAIN section 5).

No score, no rank, no other firm; the leaders' list reads 重点服务. A firm that moved is asked what it needs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import polars as pl

from mainstay.report.notes import has_moved
from mainstay.report.office_words import LEVEL_WORDS, period_words

Case = Literal["moved", "request", "refund", "decline", "plans", "service"]

QUESTIONS: Mapping[Case, tuple[str, str, str]] = MappingProxyType(
    {
        "moved": (
            "目前生产经营和人员安排情况如何？",
            "这次变动主要出于哪些考虑（场地、业务、资质、人才等）？",
            "在办事衔接和政策服务上需要我们协助什么？",
        ),
        "request": (
            "诉求的具体内容是什么，希望什么时候办结？",
            "已经联系过哪些部门，目前办到哪一步，难点在哪里？",
            "今年经营情况和全年预计如何，还有什么需要协调？",
        ),
        "refund": (
            "留抵退税是否已足额到账，办理中有无困难？",
            "除退税以外，订单和收入与上年相比有什么变化？",
            "全年预计如何，有哪些困难和诉求需要协调？",
        ),
        "decline": (
            "收入变化的主要原因是什么？",
            "这些因素预计持续到什么时候，全年预计如何？",
            "有哪些困难和诉求，需要哪个部门协调？",
        ),
        "plans": (
            "今年生产经营情况和全年预计如何？",
            "经营场所、资质和用人方面有哪些困难和打算？",
            "需要哪些部门提供什么服务？",
        ),
        "service": (
            "今年生产经营情况和全年预计如何？",
            "发展中有哪些困难和打算？",
            "有哪些问题需要协调，希望由哪个部门解决？",
        ),
    }
)
"""Three questions a case."""

_ASKS = "上门了解经营情况和需要协调解决的问题。"
_MOVED = "因贵企业登记或经营地点有变动，联系了解目前经营情况和需要我们协助的事项。"
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "service_request": "因贵企业提出的诉求，上门了解情况并协调解决。",
        "hotline": "因贵企业通过热线反映的诉求，上门了解情况并协调解决。",
        "service_steward": "因贵企业通过服务管家反映的诉求，上门了解情况并协调解决。",
        "dispatched_alert": f"根据上级派单安排，{_ASKS}",
        "watch_list": f"贵企业为重点服务企业，{_ASKS}",
        "regular_visit": f"按照定期走访安排，{_ASKS}",
    }
)
"""By source, the first that applies; a firm that asks for something is told that we come for that."""
_REQUESTS = ("service_request", "hotline", "service_steward")
_FIGURES = ("drop_list", "risk")
_OTHERWISE = f"为做好企业服务，{_ASKS}"
_RECENTLY = f"因贵企业近期入库收入有所变化，{_ASKS}"


def with_visit_words(orders: pl.DataFrame) -> pl.DataFrame:
    """Add `visit_case`, `visit_reason` and `visit_questions` (three lines) to `marts.work_orders`, one row an order.

    Figures that do not show a drop, or show none at all, are not spoken of: then the change is 近期.
    """
    windows = zip(orders["window_start"].to_list(), orders["window_end"].to_list(), strict=True)
    periods = [(period_words(start, end) or "").replace("(累计)", "") for start, end in windows]
    asked = {case: "\n".join(f"{n}. {text}" for n, text in enumerate(texts, 1)) for case, texts in QUESTIONS.items()}
    return (
        orders.with_columns(pl.Series("visit_period", periods, dtype=pl.String))
        .with_columns(visit_case=_case(), visit_reason=_reason())
        .with_columns(visit_questions=pl.col("visit_case").replace_strict(asked, return_dtype=pl.String))
        .drop("visit_period")
    )


def _case() -> pl.Expr:
    refunded = (pl.col("local_natural_change") < pl.col("local_restored_change")).fill_null(value=False)
    return (
        pl.when(has_moved())
        .then(pl.lit("moved"))
        .when(_asked_by(*_REQUESTS))
        .then(pl.lit("request"))
        .when(_asked_by(*_FIGURES) & refunded)
        .then(pl.lit("refund"))
        .when(_asked_by(*_FIGURES))
        .then(pl.lit("decline"))
        .when(_asked_by("relocation"))
        .then(pl.lit("plans"))
        .otherwise(pl.lit("service"))
    )


def _reason() -> pl.Expr:
    """The sentence: of a move, a request, the firm's own figures, another source; in this order."""
    of_source = {source: pl.when(_asked_by(source)).then(pl.lit(text)) for source, text in _REASONS.items()}
    return pl.coalesce(
        pl.when(has_moved()).then(pl.lit(_MOVED)),
        *(of_source[source] for source in _REQUESTS),
        pl.when(_asked_by(*_FIGURES)).then(_figures_moved()),
        *(reason for source, reason in of_source.items() if source not in _REQUESTS),
        pl.lit(_OTHERWISE),
    )


def _figures_moved() -> pl.Expr:
    has_fallen = (pl.min_horizontal("local_natural_change", "local_restored_change") < 0).fill_null(value=False)
    level = pl.col("level").replace_strict(dict(LEVEL_WORDS), default="", return_dtype=pl.String)
    said = pl.format(
        f"因贵企业{{}}{{}}入库收入较上年同期变化较大，{_ASKS}", pl.col("visit_period"), level.fill_null("")
    )
    return pl.when(has_fallen & (pl.col("visit_period") != "")).then(said).otherwise(pl.lit(_RECENTLY))


def _asked_by(*sources: str) -> pl.Expr:
    return pl.any_horizontal(pl.col("sources").list.contains(source).fill_null(value=False) for source in sources)
