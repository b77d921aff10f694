-- One row per origin, horizon and enterprise of a cohort that does not stand alone any more.
-- key: origin_date, horizon_months, enterprise_id
-- materialized: table
--
-- It has become another id (ledger.aliases_as_known), another enterprise of the same cohort has become its id, or the
-- office knows of a split or merger from the origin's month to the end of the window. What it pays now is not what it
-- would have paid.
with

joined as (
    select
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id as left_id,
        aliases.enterprise_id as joined_id
    from labels.windows as windows
    inner join ledger.aliases_as_known as aliases
        on windows.enterprise_id = aliases.alias
)

select
    origin_date,
    horizon_months,
    left_id as enterprise_id
from joined
union
select
    origin_date,
    horizon_months,
    joined_id as enterprise_id
from joined
union
select
    windows.origin_date,
    windows.horizon_months,
    windows.enterprise_id
from labels.windows as windows
inner join ledger.known_events_as_known as matters
    on
        windows.enterprise_id = matters.enterprise_id
        and matters.matter = 'split_or_merger'
        and matters.month between date_trunc('month', windows.origin_date) and windows.label_to
