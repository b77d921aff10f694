-- One row per enterprise, signal and day of a sign that it may leave, from whatever source.
-- key: enterprise_id, signal, observed_on
-- materialized: table
--
-- Only signals that are switched on. is_active: from the day observed until it ended, or until its lead is over; a
-- standing one while it has not ended (DOMAIN section 3). A statement that it stays ends what it said before, a
-- withdrawn application what it filed. dated_on is the day that people know the matter by.
-- A lease that is not renewed counts in its last six months, unless another lease of the firm runs on; a request
-- from its 60th unresolved day.
with

stances as (
    select
        enterprise_id,
        visited_on,
        move_stance,
        move_stance = 'withdrew' as is_withdrawn,
        move_stance in ('stays', 'withdrew', 'none') as is_stay
    from features.visits
    where problem is null and move_stance is not null
),

delivered as (
    select
        enterprise_id,
        signal,
        observed_on,
        ended_on,
        observed_on as dated_on,
        detail
    from ledger.signals_as_known
    union all
    select
        enterprise_id,
        'says_it_will_move' as signal,
        visited_on as observed_on,
        null as ended_on,
        visited_on as dated_on,
        '走访记录' as detail
    from stances
    where move_stance = 'intends_to_move'
),

taken_back as (
    select
        delivered.enterprise_id,
        delivered.signal,
        delivered.observed_on,
        delivered.dated_on,
        delivered.detail,
        least(
            delivered.ended_on,
            min(stances.visited_on) filter (
                where
                (delivered.signal = 'says_it_will_move' and stances.is_stay)
                or (delivered.signal = 'migration_filed' and stances.is_withdrawn)
            )
        ) as ended_on
    from delivered
    left join stances
        on
            delivered.enterprise_id = stances.enterprise_id
            and delivered.observed_on <= stances.visited_on
            and delivered.signal in ('says_it_will_move', 'migration_filed')
    group by
        delivered.enterprise_id,
        delivered.signal,
        delivered.observed_on,
        delivered.ended_on,
        delivered.dated_on,
        delivered.detail
),

leases as (
    select
        enterprise_id,
        lease_to,
        site,
        is_renewed,
        max(lease_to) over (partition by enterprise_id) as last_to
    from ledger.leases_as_known
),

all_signals as (
    select
        enterprise_id,
        signal,
        observed_on,
        ended_on,
        dated_on,
        detail
    from taken_back
    union all
    select
        enterprise_id,
        'lease_ends' as signal,
        (lease_to - interval 6 month)::date as observed_on,
        lease_to + 1 as ended_on,
        lease_to as dated_on,
        site as detail
    from leases
    where lease_to = last_to and not coalesce(is_renewed, false)
    union all
    select
        enterprise_id,
        'request_unresolved' as signal,
        requested_on + 61 as observed_on,
        resolved_on as ended_on,
        requested_on as dated_on,
        matter as detail
    from ledger.service_requests_as_known
    cross join run.as_of
    where coalesce(resolved_on, as_of.as_of_date) > requested_on + 60
)

select
    all_signals.enterprise_id,
    all_signals.signal,
    all_signals.observed_on,
    definitions.name,
    definitions.weight,
    definitions.is_decisive,
    max(all_signals.ended_on) as ended_on,
    max(all_signals.dated_on) as dated_on,
    max(all_signals.detail) as detail,
    bool_or(
        coalesce(all_signals.ended_on > as_of.as_of_date, true)
        and coalesce(
            (all_signals.observed_on + to_months(definitions.lead_to))::date >= as_of.as_of_date
            or all_signals.signal = 'lease_ends',
            true
        )
    ) as is_active
from all_signals
cross join run.as_of
inner join run.signals as definitions on all_signals.signal = definitions.signal and definitions.is_on
where all_signals.observed_on <= as_of.as_of_date
group by
    all_signals.enterprise_id,
    all_signals.signal,
    all_signals.observed_on,
    definitions.name,
    definitions.weight,
    definitions.is_decisive
