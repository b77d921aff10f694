"""What a published week leaves behind: lists, orders, numbers. A re-run of one as-of replaces its own events only."""

from datetime import date

from mainstay.warehouse.connection import Warehouse


def record_week(warehouse: Warehouse, as_of: date) -> None:
    """Write the events of a week from the candidate's marts, in one transaction on the warehouse."""
    with warehouse.transaction():
        warehouse.execute("delete from events.drop_lists where as_of_date = $1", [as_of])
        warehouse.execute(
            """
            insert into events.drop_lists by name
            select places.as_of_date, places.list_name, places.enterprise_id, places.rank, places.shared_rank,
                figures.current, figures.prior, figures.change
            from features.list_places as places
            inner join features.list_figures as figures using (as_of_date, list_name, enterprise_id)
            where places.as_of_date = $1
            """,
            [as_of],
        )
        warehouse.execute("delete from events.list_weeks where as_of_date = $1", [as_of])
        warehouse.execute(
            """
            insert into events.list_weeks by name
            select as_of_date, list_name, fingerprint, population_used, level, window_start, window_end, is_covered
            from features.list_windows where as_of_date = $1
            """,
            [as_of],
        )
        warehouse.execute("delete from events.deliveries where as_of_date = $1", [as_of])
        warehouse.execute(
            """
            insert into events.deliveries by name
            select distinct as_of_date, sha256 from ledger.deliveries_as_known where as_of_date = $1
            """,
            [as_of],
        )
        warehouse.execute("delete from events.work_orders where as_of_date = $1", [as_of])
        warehouse.execute(
            """
            insert into events.work_orders by name
            select
                as_of_date, order_id, enterprise_id, sources, status, priority, assignee, issued_on, opened_on, due_on
            from run.work_orders where as_of_date = $1
            """,
            [as_of],
        )
        warehouse.execute(
            """
            insert into events.order_numbers by name
            select order_id, enterprise_id, issued_on from run.work_orders
            where issued_on = $1 and order_id not in (select order_id from events.order_numbers)
            """,
            [as_of],
        )
        warehouse.execute("delete from events.outbound_cases where as_of_date = $1", [as_of])
        warehouse.execute(
            """
            insert into events.outbound_cases by name
            select as_of_date, case_id, enterprise_id, state from run.outbound_cases where as_of_date = $1
            """,
            [as_of],
        )
