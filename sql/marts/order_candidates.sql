-- One row per as-of date and enterprise that some source asks to visit, with every source that asks.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- may_issue: without a new receipts extract only a dispatched alert opens an order (DOMAIN section 5).
-- A policy drop stays on its list but asks for no visit (DOMAIN section 4). restored_change is that of the year to
-- date, which the work order sheet shows; where it is not covered, the largest drop on the lists that ask.
with

asked as (
    select
        as_of_date,
        enterprise_id,
        'drop_list' as source,
        title || ' 第' || rank || '名' as detail,
        restored_change
    from marts.drop_lists
    where not is_policy_drop
    union all
    select
        scores.as_of_date,
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
        as_of_date,
        enterprise_id,
        'dispatched_alert' as source,
        null as detail,
        null as restored_change
    from ledger.alerts_as_known
    where coalesce(due_on, dispatched_on + 90) >= as_of_date
),

ytd as (
    select
        changes.as_of_date,
        changes.enterprise_id,
        changes.restored_change
    from features.window_changes as changes
    inner join features.levels_in_use as levels
        on
            changes.as_of_date = levels.as_of_date
            and changes.level = levels.level_used
            and levels.level_asked = 'local'
    where changes.window_name = 'ytd'
)

select
    asked.as_of_date,
    asked.enterprise_id,
    list_sort(list(distinct asked.source)) as sources,
    string_agg(asked.detail, '；' order by asked.detail) as list_ranks,
    any_value(data_until.has_new_receipts) or bool_or(asked.source = 'dispatched_alert') as may_issue,
    coalesce(any_value(ytd.restored_change), min(asked.restored_change)) as restored_change
from asked
inner join features.data_until as data_until on asked.as_of_date = data_until.as_of_date
left join ytd on asked.as_of_date = ytd.as_of_date and asked.enterprise_id = ytd.enterprise_id
group by asked.as_of_date, asked.enterprise_id
order by asked.as_of_date, asked.enterprise_id
