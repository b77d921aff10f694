"""What risk tests give: months of receipts, cohorts of an earlier origin, and what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from mainstay.risk.prediction_targets import COHORT
from mainstay.warehouse import ledger
from tests.sql.office import Office, contract
from tests.sql.on_demand import OnDemand

VALUES = contract(
    target="monthly_values",
    columns=[
        {"field": "source_id", "headings": ["id"]},
        {"field": "month", "headings": ["month"]},
        {"field": "measure", "headings": ["measure"]},
        {"field": "value", "headings": ["value"]},
    ],
)
ORIGIN = date(2022, 6, 30)
"""The last closed month is June 2022; a horizon of three months is judged by July to September."""
SITES = contract(
    columns=[
        {"field": "source_id", "headings": ["id"]},
        {"field": "address", "headings": ["address"]},
        {"field": "month", "headings": ["month"]},
        {"field": "amount_total", "headings": ["total"]},
        {"field": "amount_local", "headings": ["local"]},
    ]
)


def months(first: str, count: int) -> list[str]:
    """So many months from one on, as YYYY-MM."""
    year, month = map(int, first.split("-"))
    return [f"{year + (month - 1 + k) // 12}-{(month - 1 + k) % 12 + 1:02d}" for k in range(count)]


def pay(office: Office, known: str, *lines: str) -> None:
    """Deliver receipts: `id first-month local local ...` with `-` for a month without a row, `?` for one unknown.

    `@place` at the end is the address; `total=number` the total of every month, else it is the local amount, and
    `total=?` leaves it unknown.
    """
    rows = ["source_id,name,address,month,amount_total,amount_local"]
    for line in lines:
        text, _, place = line.partition("@")
        text, _, total = text.partition("total=")
        enterprise, first, *amounts = text.split()
        for month, amount in zip(months(first, len(amounts)), amounts, strict=True):
            whole = total.strip() or amount
            local, whole = (value.replace("?", "") for value in (amount, whole if amount != "?" else "1"))
            if amount != "-":
                rows.append(f"{enterprise},{enterprise},{place.strip()},{month},{whole},{local}")
    office.deliver("\n".join(rows), known, SITES)


def cohort(
    *enterprises: str, target: str = "decline", horizon: int = 3, base: Decimal | None = Decimal(300)
) -> pl.DataFrame:
    """The cohort of the origin: these enterprises, with one base for all."""
    ends = months("2022-07", horizon)[-1]
    shared = {
        "as_of_date": ORIGIN,
        "target": target,
        "horizon_months": horizon,
        "base": base,
        "label_from": date(2022, 7, 1),
        "label_to": date.fromisoformat(f"{ends}-01"),
        "local_at_stake": None,
        "industry": None,
        "zone": None,
        "size_class": None,
    }
    rows = [shared | {"enterprise_id": enterprise} for enterprise in enterprises]
    return pl.DataFrame(rows, schema=COHORT)


@contextmanager
def new_office() -> Iterator[Office]:
    """An office in memory, for tests that share what they build."""
    memory = Path(":memory:")
    with OnDemand(memory, candidate=memory) as warehouse:
        ledger.prepare(warehouse)
        yield Office(warehouse)
