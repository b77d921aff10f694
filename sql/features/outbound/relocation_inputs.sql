-- One row per enterprise in the park: the points of the signals that hold, and what is at stake.
-- key: enterprise_id
-- materialized: table
--
-- Signals of one kind count once; signals and dated_on name them, the heaviest first, each with its newest day;
-- signal_groups counts the independent sources among them (registration, place, service, operations). A firm
-- that has left is not scored, one that came back is. local_at_stake: restored local revenue of the last twelve months.
with

population as (
    select population.enterprise_id
    from features.park_population as population
    left join run.outbound_cases as cases using (enterprise_id)
    group by population.enterprise_id, population.moved_on
    having
        coalesce(population.moved_on <= max(cases.returned_on), population.moved_on is null)
        and not coalesce(bool_or(cases.is_outbound and cases.returned_on is null), false)
),

kinds as (
    select
        active.enterprise_id,
        active.signal,
        max(active.name) as name,
        max(active.weight) as weight,
        bool_or(active.is_decisive) as is_decisive,
        max(active.dated_on) as dated_on,
        max(definitions.signal_group) as signal_group
    from features.relocation_signals as active
    inner join run.signals as definitions using (signal)
    where active.is_active
    group by active.enterprise_id, active.signal
),

points as (
    select
        enterprise_id,
        sum(weight)::bigint as points,
        bool_or(is_decisive) as is_decisive,
        list(name order by weight desc, signal asc) as signals,
        list(signal order by weight desc, signal asc) as signal_codes,
        count(distinct signal_group) as signal_groups,
        list(dated_on order by weight desc, signal asc) as dated_on
    from kinds
    group by enterprise_id
)

select
    population.enterprise_id,
    sources.has_sources,
    coalesce(points.points, 0) as points,
    coalesce(points.is_decisive, false) as is_decisive,
    coalesce(points.signals, []::varchar[]) as signals,
    coalesce(points.signal_codes, []::varchar[]) as signal_codes,
    coalesce(points.signal_groups, 0) as signal_groups,
    coalesce(points.dated_on, []::date[]) as dated_on,
    revenue.base_12 as local_at_stake
from population
cross join features.signal_sources as sources
left join points using (enterprise_id)
left join features.risk_inputs as revenue using (enterprise_id)
