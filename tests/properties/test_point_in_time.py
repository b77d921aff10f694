"""What was known at a date never changes by what becomes known later, whatever arrives in whatever order."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.warehouse import ledger
from tests.sql.office import Office, contract, drop_list
from tests.sql.on_demand import OnDemand

AS_OF = "2022-06-30"
CONTRACTS = {
    "add": contract(name="add"),
    "version": contract(name="version", across_files="version", key=["source_id", "month"]),
    "replace": contract(
        name="replace",
        delivery="replace_partition",
        across_files="version",
        key=["source_id", "month"],
        partition={"pattern": "(?P<year>x)(?P<month>x)"},
    ),
}

LINES = st.lists(
    st.tuples(
        st.sampled_from("AB"), st.sampled_from(["2021-03", "2021-04", "2022-03", "2022-04"]), st.integers(-5, 99)
    ),
    min_size=1,
    max_size=4,
)
DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from(sorted(CONTRACTS)),
        st.sampled_from(["2022-05-05", "2022-06-05", "2022-06-30", "2022-07-01", "2022-08-05"]),
        LINES,
    ),
    min_size=1,
    max_size=6,
)
RELATIONS = {
    "ledger.receipts_as_known": ("source_id", "month", "amount_local", "contract"),
    "features.revenue_monthly": ("enterprise_id", "month", "local", "local_restored"),
    "features.windows": ("window_name", "window_start", "is_covered", "reason"),
    "features.risk_inputs": ("enterprise_id", "recent", "recent_prior", "base_6", "base_12"),
    "marts.drop_lists": ("rank", "enterprise_id", "natural_change", "restored_change"),
}
CONSERVED = ("loaded_money", "replaced_money", "superseded_money", "current_money")
Delivery = tuple[str, str, list[tuple[str, str, int]]]


def seen(deliveries: list[Delivery]) -> dict[str, list[tuple[object, ...]]]:
    """Load the deliveries in their order and show what is known at the as-of date."""
    memory = Path(":memory:")
    with OnDemand(memory, candidate=memory) as warehouse:
        ledger.prepare(warehouse)
        office = Office(warehouse)
        for name, known, rows in deliveries:
            text = "\n".join(f"{who},{who},{month},{amount}.00,{amount}.00" for who, month, amount in rows)
            office.deliver(
                f"source_id,name,month,amount_total,amount_local\n{text}",
                known,
                CONTRACTS[name],
                partition=known[:7] if name == "replace" else "",
                seen="2000-01-01",
            )
        office.build(AS_OF, settings=drop_list())
        conserved = office.rows("ledger.conservation_as_known", *CONSERVED)
        for loaded, replaced, superseded, current in conserved:
            assert float(loaded) - float(replaced) - float(superseded) - float(current) == 0
        return {relation: office.rows(relation, *columns) for relation, columns in RELATIONS.items()}


@settings(max_examples=4)
@given(deliveries=DELIVERIES)
def test_later_known_rows_change_nothing_that_was_known(deliveries: list[Delivery]) -> None:
    by_then = [delivery for delivery in deliveries if delivery[1] <= AS_OF]
    later_first = sorted(deliveries, key=lambda delivery: delivery[1] <= AS_OF)
    assert seen(deliveries) == seen(by_then) == seen(later_first)
