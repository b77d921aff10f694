-- One row per enterprise of the park, present or past: whether anything is still to come from it.
-- key: enterprise_id
-- materialized: table
--
-- A firm that left whole, or whose registration has ended, pays nothing more unless it has paid since: the last month
-- that may still bring money of the past is the one of the day it left.
--
-- column left_in [month]: the month in which the firm left whole; null while anything is still to come
with

partial_moves as (
    select distinct enterprise_id
    from ledger.outbound_as_known
    where move_kind in ('partial', 'hidden', '部分迁出', '隐性迁出')
),

ended as (
    select enterprise_id
    from ledger.register_as_known
    where registration_status in ('deregistered', 'revoked')
)

select
    population.enterprise_id,
    date_trunc(
        'month',
        case
            when ended.enterprise_id is not null then coalesce(population.moved_on, as_of.as_of_date)
            when partial_moves.enterprise_id is null then population.moved_on
        end
    )::date as left_in
from features.park_population as population
cross join run.as_of
left join partial_moves using (enterprise_id)
left join ended using (enterprise_id)
