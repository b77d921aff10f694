-- One row per as-of date, origin, horizon and enterprise of a cohort that does not stand alone any more.
-- key: as_of_date, origin_date, horizon_months, enterprise_id
-- materialized: table
--
-- It has become another id (ledger.aliases_as_known), another enterprise of the same cohort has become its id, or the
-- office knows of a split or merger from the origin's month to the end of the window. What it pays now is not what it
-- would have paid.
with

joined as (
    select
        windows.as_of_date,
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id as left_id,
        aliases.enterprise_id as joined_id
    from labels.windows as windows
    inner join ledger.aliases_as_known as aliases
        on windows.as_of_date = aliases.as_of_date and windows.enterprise_id = aliases.alias
)

select
    as_of_date,
    origin_date,
    horizon_months,
    left_id as enterprise_id
from joined
union
select
    as_of_date,
    origin_date,
    horizon_months,
    joined_id as enterprise_id
from joined
union
select
    windows.as_of_date,
    windows.origin_date,
    windows.horizon_months,
    windows.enterprise_id
from labels.windows as windows
inner join ledger.known_events_as_known as matters
    on
        windows.as_of_date = matters.as_of_date
        and windows.enterprise_id = matters.enterprise_id
        and matters.matter = 'split_or_merger'
        and matters.month between date_trunc('month', windows.origin_date) and windows.label_to
