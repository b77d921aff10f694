-- One row per as-of date and enterprise that some source asks to visit, with every source that asks.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- may_issue: without a new receipts extract only what others ask for opens an order: an alert, a request, the watch
-- list, a filed migration; no list and no score (DOMAIN section 5). is_urgent: the enterprise asks, or has filed a
-- migration; then it is visited a second time in a quarter too.
-- An alert asks until somebody has been there, for up to 90 days after its answer was due.
-- A high grade of leaving asks, and so does one of hidden_outflow (税收与经营变动不一致，待核实).
-- A policy or timing drop stays on its list but asks for no visit (DOMAIN section 4). restored_change is that of the
-- year to date, which the work order sheet shows; where it is not covered, the largest drop on the lists that ask.
-- column adjusted_change [currency]: the same with deferrals restored, by which orders rank; null without deferrals
with

asked as (
    select
        enterprise_id,
        'drop_list' as source,
        title || ' 第' || shared_rank || '名' as detail,
        restored_change
    from marts.drop_lists
    where not is_policy_drop and is_still_drop
    union all
    select
        scores.enterprise_id,
        'risk' as source,
        null as detail,
        null as restored_change
    from marts.enterprise_risk as scores
    cross join run.parameters as parameters
    where
        scores.target = 'decline'
        and scores.horizon_months = 12
        and scores.expected_loss > 0
        and scores.rank <= parameters.risk_top_k
    union all
    select
        enterprise_id,
        'dispatched_alert' as source,
        null as detail,
        null as restored_change
    from features.alerts
    cross join run.as_of
    where replied_on is null and coalesce(due_on, dispatched_on) + 90 >= as_of.as_of_date
    union all
    select
        enterprise_id,
        'relocation' as source,
        null as detail,
        null as restored_change
    from marts.enterprise_risk
    where target = 'relocation' and horizon_months = 12 and grade = 'high'
    union all
    select
        enterprise_id,
        'hidden_outflow' as source,
        null as detail,
        null as restored_change
    from marts.enterprise_risk
    where target = 'hidden_outflow' and horizon_months = 12 and grade = 'high'
    union all
    select
        enterprise_id,
        'watch_list' as source,
        null as detail,
        null as restored_change
    from ledger.watch_list_as_known
    cross join run.as_of
    where coalesce("until" >= as_of.as_of_date, true) and listed_on <= as_of.as_of_date
    union all
    select
        enterprise_id,
        if(channel in ('hotline', 'steward'), channel, 'firm') as source,
        null as detail,
        null as restored_change
    from ledger.service_requests_as_known as requests
    cross join run.as_of
    where
        requested_on <= as_of.as_of_date
        and coalesce(resolved_on > as_of.as_of_date, true)
        and not exists (
            select 1
            from features.visits as visits
            where
                visits.enterprise_id = requests.enterprise_id
                and visits.problem is null
                and visits.is_contact
                and visits.visited_on >= requests.requested_on
        )
),

sources as (
    select
        enterprise_id,
        case source
            when 'steward' then 'service_steward'
            when 'firm' then 'service_request'
            else source
        end as source,
        detail,
        restored_change
    from asked
),

filed as (
    select distinct enterprise_id
    from marts.relocation_signals
    where signal = 'migration_filed'
),

ytd as (
    select
        changes.enterprise_id,
        changes.restored_change,
        changes.adjusted_change
    from features.window_changes as changes
    inner join features.levels_in_use as levels
        on
            changes.level = levels.level_used
            and levels.level_asked = 'local'
    where changes.window_name = 'ytd'
)

select
    as_of.as_of_date,
    sources.enterprise_id,
    list_sort(list(distinct sources.source)) as sources,
    string_agg(sources.detail, '；' order by sources.detail) as list_ranks,
    bool_or(filed.enterprise_id is not null or sources.source in ('service_request', 'hotline')) as is_urgent,
    any_value(data_until.has_new_receipts)
    or bool_or(
        filed.enterprise_id is not null or sources.source not in ('drop_list', 'risk', 'relocation', 'hidden_outflow')
    ) as may_issue,
    coalesce(any_value(ytd.restored_change), min(sources.restored_change)) as restored_change,
    any_value(ytd.adjusted_change) as adjusted_change
from sources
cross join run.as_of
cross join features.data_until as data_until
left join filed using (enterprise_id)
left join ytd using (enterprise_id)
group by as_of.as_of_date, sources.enterprise_id
order by sources.enterprise_id
