-- One row per case as the newest published week before this one had it.
-- key: published_case_id
-- materialized: table
--
-- A case follows its enterprise when that is matched to another id; where two become one, twin counts them. A week in
-- which nothing stood in the register was published all the same: every week has receipts.
with

published as (
    select max(events.as_of_date) as published_on
    from events.deliveries as events
    cross join run.as_of
    where date_trunc('week', events.as_of_date) < date_trunc('week', as_of.as_of_date)
),

renamed as (
    select
        cases.case_id as published_case_id,
        coalesce(
            aliases.enterprise_id || '#' || split_part(cases.case_id, '#', -1), cases.case_id
        ) as case_id,
        cases.state
    from published
    inner join events.outbound_cases as cases on published.published_on = cases.as_of_date
    left join ledger.aliases_as_known as aliases
        on cases.enterprise_id = aliases.alias
)

select
    published_case_id,
    case_id,
    state,
    row_number() over (partition by case_id order by published_case_id = case_id desc, published_case_id)
        as twin
from renamed
