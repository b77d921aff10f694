"""The register's part of a week: from the facts of an office to its marts."""

import polars as pl

from mainstay.outbound.register import district_authorities, keep_register
from mainstay.resources import shipped
from mainstay.risk.relocation import signal_definitions
from mainstay.warehouse import models, run
from tests.sql.office import Office, contract
from tests.sql.on_demand import OnDemand

HERE = "模拟区税务局第一税务所"
ELSEWHERE = "北京市海淀区税务局"


def keep_outbound(
    office: Office,
    *as_of: str,
    words: tuple[str, ...] = ("模拟区",),
    on: tuple[str, ...] = (),
    off: tuple[str, ...] = (),
) -> None:
    """Build everything up to the outbound marts at these dates."""
    tables = {
        "signals": signal_definitions(shipped("seeds"), on=on, off=off),
        "district_authorities": district_authorities(words),
    }
    office.build(*as_of, hand_in=tables, then=follow_outbound)


def follow_outbound(office: Office) -> None:
    """Follow the facts that are built, hand the register in, and build what waits for it."""
    cases, events = keep_register(office.warehouse.read("features.outbound_facts"), office.as_of)
    run.write_inputs(office.warehouse, {"outbound_cases": cases, "outbound_events": events})
    if not isinstance(office.warehouse, OnDemand):
        models.build_ready(office.warehouse, models.load_models(shipped("sql")))


def publish_outbound(office: Office, as_of: str) -> None:
    """Remember a week's register, as a published week does."""
    cases = office.warehouse.read("run.outbound_cases").select(
        pl.lit(as_of).str.to_date().alias("as_of_date"), "case_id", "enterprise_id", "state"
    )
    office.warehouse.append("events.outbound_cases", cases)
    week = pl.DataFrame({"as_of_date": [as_of], "sha256": ["file"]}).with_columns(pl.col("as_of_date").str.to_date())
    office.warehouse.append("events.deliveries", week)


def receipts(office: Office, rows: str, known: str) -> None:
    """Deliver receipts: `id,month,authority,local,district`."""
    lines = ["source_id,name,month,tax_authority,amount_local,amount_district"]
    for row in rows.split():
        enterprise, month, authority, local, district = row.split(",")
        lines.append(f"{enterprise},{enterprise},{month},{authority},{local},{district}")
    made = contract(
        columns=[
            {"field": "source_id", "headings": ["id"]},
            {"field": "month", "headings": ["month"]},
            {"field": "amount_local", "headings": ["local"]},
            {"field": "amount_district", "headings": ["district"]},
        ]
    )
    office.deliver("\n".join(lines), known, made)


def moved(office: Office, rows: str, known: str) -> None:
    """Deliver an outbound list: `id,day,destination`."""
    lines = [f"{row.split(',')[0]},{row}" for row in rows.split()]
    office.deliver("\n".join(["source_id,name,moved_on,destination", *lines]), known, contract(target="outbound"))


def visited(office: Office, rows: str, known: str) -> None:
    """Deliver visits without an order: `id,day,result,stance,next_step,owner`."""
    heading = "source_id,visited_on,result,move_stance,next_step,owner"
    office.deliver("\n".join([heading, *rows.split()]), known, contract(target="visit_outcomes"))


def registered(office: Office, rows: str, known: str) -> None:
    """Deliver a whole register: `id,in_from,in_to,authority`."""
    lines = [f"{row.split(',')[0]},{row}" for row in rows.split()]
    made = contract(target="enterprises", delivery="full")
    office.deliver("\n".join(["source_id,name,in_from,in_to,tax_authority", *lines]), known, made)
