-- One row per enterprise in the park: what the office has had to do with it.
-- key: enterprise_id
-- materialized: table
--
-- Null where nothing of the kind was ever delivered. Contacts are visits and calls without a problem (features.visits).
--
-- column contacts_12 [count]: contacts in the last twelve months
-- column contact_months [months]: since the last contact; null where there was none
-- column open_requests [count]: requests that are not settled
-- column stale_requests [count]: of these older than 60 days
-- column open_alerts_6 [count]: alerts dispatched in the last six months that nobody has answered by a visit
-- column alerts_12 [count]: alerts dispatched in the last twelve months
-- column lasting_loss [ratio]: known events that lower every later month, over a usual month, at most 12
-- column one_off_12 [ratio]: known one-off gains of the last twelve closed months, part of their revenue, at most 1
with

delivered as (
    select
        count(*) filter (where batches.target = 'visit_outcomes') > 0 as has_visits,
        count(*) filter (where batches.target = 'service_requests') > 0 as has_requests,
        count(*) filter (where batches.target = 'alerts') > 0 as has_alerts,
        count(*) filter (where batches.target = 'known_events') > 0 as has_events
    from ledger.batches_as_known as batches
),

contacts as (
    select
        enterprise_id,
        (count(*) filter (where visited_on > as_of.as_of_date - interval 12 month))::double as contacts_12,
        date_diff('day', max(visited_on), any_value(as_of.as_of_date)) / 30.4375 as contact_months
    from features.visits
    cross join run.as_of
    where is_contact and problem is null
    group by enterprise_id
),

requests as (
    select
        enterprise_id,
        count(*)::double as open_requests,
        (count(*) filter (where requested_on < as_of.as_of_date - 60))::double as stale_requests
    from ledger.service_requests_as_known
    cross join run.as_of
    where requested_on <= as_of.as_of_date and (resolved_on is null or resolved_on > as_of.as_of_date)
    group by enterprise_id
),

alerts as (
    select
        enterprise_id,
        (count(*) filter (where replied_on is null and dispatched_on > as_of.as_of_date - interval 6 month))::double
            as open_alerts_6,
        (count(*) filter (where dispatched_on > as_of.as_of_date - interval 12 month))::double as alerts_12
    from features.alerts
    cross join run.as_of
    group by enterprise_id
),

events as (
    select
        matters.enterprise_id,
        -sum(matters.amount) filter (where matters.is_lasting and matters.amount < 0)::double as lasting,
        sum(matters.amount) filter (
            where
            not coalesce(matters.is_lasting, false)
            and matters.amount > 0
            and matters.month between closed.last_closed - interval 11 month and closed.last_closed
        )::double as one_off
    from ledger.known_events_as_known as matters
    cross join features.closed_months as closed
    group by matters.enterprise_id
)

select
    profiles.enterprise_id,
    if(delivered.has_visits, coalesce(contacts.contacts_12, 0), null) as contacts_12,
    contacts.contact_months,
    if(delivered.has_requests, coalesce(requests.open_requests, 0), null) as open_requests,
    if(delivered.has_requests, coalesce(requests.stale_requests, 0), null) as stale_requests,
    if(delivered.has_alerts, coalesce(alerts.open_alerts_6, 0), null) as open_alerts_6,
    if(delivered.has_alerts, coalesce(alerts.alerts_12, 0), null) as alerts_12,
    case
        when not delivered.has_events then null
        when events.lasting is null then 0
        when events.lasting > profiles.local_at_stake or coalesce(profiles.local_at_stake, 0) <= 0 then 12
        else 12 * events.lasting / profiles.local_at_stake::double
    end as lasting_loss,
    case
        when not delivered.has_events then null
        when events.one_off is null then 0
        when events.one_off > profiles.local_at_stake or coalesce(profiles.local_at_stake, 0) <= 0 then 1
        else events.one_off / profiles.local_at_stake::double
    end as one_off_12
from features.risk_profiles as profiles
cross join delivered
left join contacts using (enterprise_id)
left join requests using (enterprise_id)
left join alerts using (enterprise_id)
left join events using (enterprise_id)
