"""A whole week of a small office: every model built, with the steps in Python between them."""

from datetime import date
from pathlib import Path

from mainstay.orders.lifecycle import follow_orders
from mainstay.orders.selection import select_orders
from mainstay.resources import shipped
from mainstay.risk.baseline import DropTimesAmount
from mainstay.risk.reasons import read_wording
from mainstay.risk.weekly_scores import Roster, WeekInputs, score_week
from mainstay.settings import OrderSettings
from mainstay.warehouse import dictionary, ledger, meanings, models, publication, run
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.past import dated
from tests.sql.office import Office, drop_list
from tests.sql.outbound_week import follow_outbound

SQL = models.load_models(shipped("sql"))
AS_OF = "2022-02-01"


def build_week(office: Office) -> None:
    """Two firms that paid less than a year before, and all that follows: every model is built at the end."""
    office.deliver(
        """source_id,name,month,amount_total,amount_local
        A,A,2021-01,90000.00,90000.00
        A,A,2022-01,10.00,10.00
        B,B,2021-01,50000.00,50000.00
        B,B,2022-01,0.00,0.00""",
        AS_OF,
    )
    office.build(AS_OF, settings=drop_list())
    follow_outbound(office)
    scorer = DropTimesAmount(drop_list().score.floor, 0.5, 0.3)
    day = date.fromisoformat(AS_OF)
    inputs = WeekInputs(
        features=dated(office.warehouse.read("features.risk_features"), day),
        cohort=dated(office.warehouse.read("features.risk_cohort"), day),
        wording=read_wording(shipped("seeds")),
        capacity=25,
    )
    scored = score_week(scorer.score(office.warehouse.read("features.risk_inputs")), Roster(), inputs)
    tables = {"scores": scored.scores, "model_scores": scored.model_scores, "score_bases": scored.bases}
    run.write_inputs(office.warehouse, tables)
    models.build_ready(office.warehouse, SQL)
    followed, problems = follow_orders(
        office.warehouse.read("features.known_orders"), office.warehouse.read("features.visits"), day
    )
    orders = select_orders(
        office.warehouse.read("marts.order_candidates"),
        followed,
        office.warehouse.read("features.last_visits"),
        office.warehouse.read("events.order_numbers"),
        as_of=day,
        settings=OrderSettings(),
        simulated=False,
    )
    run.write_inputs(office.warehouse, {"work_orders": orders, "outcome_problems": problems})
    models.build_ready(office.warehouse, SQL)
    models.assert_complete(office.warehouse, SQL)


def built_relations() -> tuple[dictionary.Relation, ...]:
    """What a snapshot of that week holds, as documented."""
    memory = Path(":memory:")
    with Warehouse(memory, candidate=memory) as warehouse:
        ledger.prepare(warehouse)
        build_week(Office(warehouse))
        publication.copy_operations(warehouse)
        return dictionary.relations(warehouse, SQL, vocabulary())


def vocabulary() -> tuple[meanings.Entry, ...]:
    """sql/vocabulary.csv."""
    return meanings.read_vocabulary(shipped("sql") / "vocabulary.csv")
