-- One row per as-of date and dispatched alert: its order, and whether the park can answer it yet.
-- key: as_of_date, alert_no
-- materialized: table
--
-- An alert can be answered once somebody has been there since the dispatch (replied_on), or once its order was settled
-- since. is_due: the answer is due within seven days, the as-of date included; is_overdue: the day is past. An order of
-- before the dispatch that was settled by then is not the alert's.
-- verdict: what a visit since the dispatch has found comes first: a cause in the firm's business, group or place (M,
-- R, G, C), that it means to move, or that it is deregistered, makes the alert true; a refund, a deferral, a one-off,
-- timing, wrong data (P, T, B, D), or an order returned as wrong, make it false. Else the receipts tell: true if the
-- three months before the month of the dispatch are at least a tenth below those of the year before, in the restored
-- caliber with deferrals adjusted, false if not. A tenth is a judgement (2026-11): less is the noise of due days.
-- Neither known is unknown.
-- column replied_on [date]: first visit or call since the dispatch that had more to tell than that nobody answered
-- column answered_on [date]: that day, or without one the day of the week that published its order as settled
-- column result [text]: result of the newest visit since, else the state in which the order was settled; null = none
-- column found [text]: causes ticked and what the firm said, in words
-- column timeliness [text]: on_time, late (answered), overdue, open (not answered), no_deadline
-- column verdict [text]: true, false or unknown
-- column verdict_basis [text]: visit, receipts; null for unknown
-- column revenue_current [currency]: revenue of the three months before the month of the dispatch, as for the verdict
-- column revenue_prior [currency]: the same months a year before
with

orders as (
    select
        enterprise_id,
        order_id,
        status,
        opened_on,
        as_of.as_of_date as seen_on
    from run.work_orders
    cross join run.as_of
    union all
    select
        enterprise_id,
        order_id,
        status,
        opened_on,
        last_published_on as seen_on
    from features.known_orders
),

newest_orders as (
    select
        alerts.alert_no,
        orders.order_id,
        orders.status,
        orders.seen_on
    from features.alerts as alerts
    inner join orders
        on
            alerts.enterprise_id = orders.enterprise_id
            and alerts.dispatched_on <= orders.seen_on
    qualify row_number() over (
        partition by alerts.alert_no
        order by orders.opened_on desc, orders.order_id desc, orders.seen_on desc
    ) = 1
),

replies as (
    select
        alerts.alert_no,
        alerts.enterprise_id,
        enterprises.source_id,
        enterprises.name,
        alerts.alert_type,
        alerts.dispatcher,
        alerts.dispatched_on,
        alerts.due_on,
        alerts.known_on,
        newest_orders.order_id,
        newest_orders.status,
        alerts.replied_on,
        coalesce(
            newest_orders.status in ('no_action', 'closed', 'cancelled', 'returned_wrong', 'declined_by_firm'), false
        ) as is_settled,
        alerts.replied_on is not null or is_settled as replied,
        coalesce(alerts.replied_on, if(is_settled, newest_orders.seen_on, null)) as answered_on,
        coalesce(findings.result, if(is_settled, newest_orders.status, null)) as result,
        nullif(concat_ws('；', findings.cause_confirmed, findings.explanation), '') as found,
        findings.main_cause,
        findings.move_stance,
        revenue.current as revenue_current,
        revenue.prior as revenue_prior
    from features.alerts as alerts
    inner join features.enterprises as enterprises using (enterprise_id)
    left join newest_orders using (alert_no)
    left join features.alert_findings as findings using (alert_no)
    left join features.alert_revenue as revenue using (alert_no)
),

judged as (
    select
        *,
        case
            when move_stance in ('intends_to_move', 'moved_out') or result = 'deregistered' then 'true'
            when left(main_cause, 1) in ('M', 'R', 'G', 'C') then 'true'
            when left(main_cause, 1) in ('P', 'T', 'B', 'D') or result = 'returned_wrong' then 'false'
        end as by_visit,
        case
            when revenue_prior > 0 then if(revenue_current <= 0.9 * revenue_prior, 'true', 'false')
        end as by_receipts
    from replies
)

select
    as_of.as_of_date,
    judged.* exclude (is_settled, main_cause, move_stance, by_visit, by_receipts),
    case
        when due_on is null then 'no_deadline'
        when replied then if(answered_on <= due_on, 'on_time', 'late')
        else if(due_on < as_of.as_of_date, 'overdue', 'open')
    end as timeliness,
    coalesce(by_visit, by_receipts, 'unknown') as verdict,
    case
        when by_visit is not null then 'visit'
        when by_receipts is not null then 'receipts'
    end as verdict_basis,
    coalesce(not replied and due_on between as_of.as_of_date and as_of.as_of_date + 6, false) as is_due,
    coalesce(not replied and due_on < as_of.as_of_date, false) as is_overdue
from judged
cross join run.as_of
order by alert_no
