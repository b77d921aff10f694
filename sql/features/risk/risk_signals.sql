-- One row per enterprise in the park: the signs that it may leave, and since when.
-- key: enterprise_id
-- materialized: table
--
-- A column a signal of seeds/signals.csv: 1 where it holds (features.relocation_signals), 0 where not, null where it is
-- switched off or its source was never delivered; <signal>_months: since its newest day, null where it does not hold.
-- signal_groups: independent sources that have some; signal_points: the rule's own score, by the prior weights.
with

sources as (
    select
        definitions.signal,
        definitions.source,
        definitions.weight,
        unnest(
            case definitions.signal
                when 'lease_ends' then ['leases']
                when 'request_unresolved' then ['service_requests']
                when 'says_it_will_move' then ['signals', 'visit_outcomes']
                else ['signals']
            end
        ) as target
    from run.signals as definitions
    where definitions.is_on
),

delivered as (
    select distinct
        sources.signal,
        sources.source,
        sources.weight
    from ledger.batches_as_known
    inner join sources using (target)
),

holding as (
    select
        enterprise_id,
        signal,
        date_diff('day', max(observed_on), any_value(as_of.as_of_date)) / 30.4375 as months_since
    from features.relocation_signals
    cross join run.as_of
    where is_active
    group by enterprise_id, signal
),

signs as (
    select
        profiles.enterprise_id,
        delivered.signal,
        delivered.source,
        if(holding.signal is null, 0, 1)::double as has_signal,
        holding.months_since,
        if(holding.signal is null, 0, delivered.weight) as points
    from features.risk_profiles as profiles
    cross join delivered
    left join holding using (enterprise_id, signal)
)

select
    enterprise_id,
    max(has_signal) filter (where signal = 'migration_filed') as migration_filed,
    max(has_signal) filter (where signal = 'address_change_filed') as address_change_filed,
    max(has_signal) filter (where signal = 'says_it_will_move') as says_it_will_move,
    max(has_signal) filter (where signal = 'qualification_needed_elsewhere') as qualification_needed_elsewhere,
    max(has_signal) filter (where signal = 'lease_ends') as lease_ends,
    max(has_signal) filter (where signal = 'subsidiary_elsewhere') as subsidiary_elsewhere,
    max(has_signal) filter (where signal = 'headcount_down') as headcount_down,
    max(has_signal) filter (where signal = 'invoiced_value_down') as invoiced_value_down,
    max(has_signal) filter (where signal = 'controller_changed') as controller_changed,
    max(has_signal) filter (where signal = 'request_unresolved') as request_unresolved,
    max(has_signal) filter (where signal = 'offer_elsewhere') as offer_elsewhere,
    max(has_signal) filter (where signal = 'operates_elsewhere') as operates_elsewhere,
    max(months_since) filter (where signal = 'migration_filed') as migration_filed_months,
    max(months_since) filter (where signal = 'address_change_filed') as address_change_filed_months,
    max(months_since) filter (where signal = 'says_it_will_move') as says_it_will_move_months,
    max(months_since) filter (where signal = 'qualification_needed_elsewhere') as qualification_needed_elsewhere_months,
    max(months_since) filter (where signal = 'lease_ends') as lease_ends_months,
    max(months_since) filter (where signal = 'subsidiary_elsewhere') as subsidiary_elsewhere_months,
    max(months_since) filter (where signal = 'headcount_down') as headcount_down_months,
    max(months_since) filter (where signal = 'invoiced_value_down') as invoiced_value_down_months,
    max(months_since) filter (where signal = 'controller_changed') as controller_changed_months,
    max(months_since) filter (where signal = 'request_unresolved') as request_unresolved_months,
    max(months_since) filter (where signal = 'offer_elsewhere') as offer_elsewhere_months,
    max(months_since) filter (where signal = 'operates_elsewhere') as operates_elsewhere_months,
    (count(distinct source) filter (where has_signal = 1))::double as signal_groups,
    sum(points)::double as signal_points,
    min(months_since) as newest_signal_months
from signs
group by enterprise_id
