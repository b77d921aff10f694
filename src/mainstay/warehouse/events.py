"""What a published week leaves behind: lists, orders, numbers. A re-run of one as-of replaces its own events only."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import polars as pl

from mainstay.warehouse.connection import Warehouse

_OF_A_WEEK: Mapping[str, str] = MappingProxyType(
    {
        "events.drop_lists": """
            select
                $1 as as_of_date, list_name, enterprise_id, places.rank, places.shared_rank,
                figures.current, figures.prior, figures.change
            from features.list_places as places
            inner join features.list_figures as figures using (list_name, enterprise_id)
        """,
        "events.list_weeks": """
            select
                $1 as as_of_date, list_name, fingerprint, population_used, level, window_start, window_end, is_covered
            from features.list_windows
        """,
        "events.deliveries": """
            select distinct $1 as as_of_date, sha256 from ledger.deliveries_as_known
        """,
        "events.work_orders": """
            select
                $1 as as_of_date, order_id, enterprise_id, sources, status, priority, assignee,
                issued_on, opened_on, due_on
            from run.work_orders
        """,
        "events.outbound_cases": """
            select $1 as as_of_date, case_id, enterprise_id, state from run.outbound_cases
        """,
        # What the week says of every enterprise graded; flagged = high, or a decline within the visiting capacity.
        "events.risk_scores": """
            select
                $1 as as_of_date, target, horizon_months, enterprise_id, scores.risk, scores.grade,
                scores.expected_loss, scores.rank, rules.rank as rule_rank, scores.basis, scores.model_version,
                coalesce(scores.grade = 'high', false) or coalesce(
                    scores.target = 'decline' and scores.expected_loss > 0
                    and scores.rank <= parameters.visiting_capacity,
                    false
                ) as is_flagged,
                if(is_flagged, scores.reasons, null) as reasons,
                cohort.base, cohort.label_from, cohort.label_to, cohort.local_at_stake, cohort.industry, cohort.zone,
                cohort.size_class
            from candidate.marts.enterprise_risk as scores
            cross join run.parameters as parameters
            left join features.risk_cohort as cohort using (target, horizon_months, enterprise_id)
            left join (from candidate.marts.model_scores where role = 'rule') as rules
                using (target, horizon_months, enterprise_id)
            where scores.grade is not null or rules.rank <= parameters.visiting_capacity
        """,
    }
)
"""Events relation -> the rows that a week writes into it, from its build and the candidate's marts."""


def record_week(warehouse: Warehouse, as_of: date) -> None:
    """Write the events of a week, in one transaction on the warehouse; an order's number is kept for ever."""
    with warehouse.transaction():
        for relation, rows in _OF_A_WEEK.items():
            warehouse.execute(f"delete from {relation} where as_of_date = $1", [as_of])
            warehouse.execute(f"insert into {relation} by name {rows}", [as_of])
        warehouse.execute(
            """
            insert into events.order_numbers by name
            select order_id, enterprise_id, issued_on from run.work_orders
            where issued_on = $1 and order_id not in (select order_id from events.order_numbers)
            """,
            [as_of],
        )


def reviewed_cohorts(warehouse: Warehouse) -> pl.DataFrame:
    """The cohorts of the published weeks that are reviewed now: `COHORT`, its `as_of_date` the week that scored them.

    `features.review_weeks` says which weeks; an enterprise that was graded outside the cohort is not among them.
    """
    return warehouse.query(
        """
        select
            scores.as_of_date, scores.target, scores.horizon_months, scores.enterprise_id, scores.base,
            scores.label_from, scores.label_to, scores.local_at_stake, scores.industry, scores.zone, scores.size_class
        from events.risk_scores as scores
        where
            scores.label_from is not null
            and exists (
                from features.review_weeks as weeks
                where
                    weeks.reviewed_week = scores.as_of_date
                    and weeks.months_ago = scores.horizon_months
                    and weeks.target = scores.target
            )
        order by all
        """
    )
