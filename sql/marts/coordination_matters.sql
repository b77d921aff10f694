-- One row per as-of date and open matter in which an enterprise needs a department's help, numbered by deadline.
-- key: as_of_date, matter_no
-- materialized: table
--
-- From visits, the outbound register (source outbound: the visit belongs to an open case of it) and the requests
-- ledger, where a department is named. A matter that a visit raised and the ledger took up is one matter, the
-- ledger's. It is closed when either says so on that day or later: 解决 and 满意 close a visit's request, 响应 does not.
--
-- column matter_no [number]: number of the matter, 1 = the first to be due
-- column matter [text]: what is asked for, in the enterprise's or the office's words
-- column department [text]: the department whose help it needs
-- column raised_on [date]: day on which it was raised
-- column due_on [date]: day by which an answer is due
-- column source [text]: where it stands: visit, service_request or outbound
-- column is_overdue [flag]: whether the day of the answer is past
with

told as (
    select
        enterprise_id,
        trim(request) as matter,
        trim(request_department) as department,
        visited_on as raised_on,
        request_due_on as due_on,
        if(trim(request_result) in ('解决', '已解决', '满意', '办结', '已办结'), visited_on, null) as settled_on,
        'visit' as source,
        batch_id,
        line
    from features.visits
    where problem is null and trim(request) <> ''
),

asked as (
    select
        enterprise_id,
        trim(matter) as matter,
        trim(department) as department,
        requested_on as raised_on,
        due_on,
        if(resolved_on <= as_of.as_of_date, resolved_on, null) as settled_on,
        'service_request' as source,
        batch_id,
        line
    from ledger.service_requests_as_known
    cross join run.as_of
    where requested_on <= as_of.as_of_date and trim(matter) <> ''
),

matters as (
    select * from told
    union all
    select * from asked
),

settled as (
    select
        enterprise_id,
        matter,
        max(settled_on) as settled_on
    from matters
    group by enterprise_id, matter
),

open_matters as (
    select matters.*
    from matters
    inner join settled using (enterprise_id, matter)
    where coalesce(settled.settled_on < matters.raised_on, true) and matters.department <> ''
    qualify row_number() over (
        partition by matters.enterprise_id, matters.matter
        order by matters.source asc, matters.raised_on desc, matters.batch_id desc, matters.line desc
    ) = 1
),

leaving as (
    select distinct
        enterprise_id,
        trim(request) as matter
    from marts.outbound_register
    where is_open
)

select
    as_of.as_of_date,
    row_number() over (
        order by matters.due_on nulls last, matters.raised_on, matters.enterprise_id, matters.matter
    ) as matter_no,
    matters.enterprise_id,
    enterprises.name,
    matters.matter,
    matters.department,
    matters.raised_on,
    matters.due_on,
    if(matters.source = 'visit' and leaving.matter is not null, 'outbound', matters.source) as source,
    coalesce(matters.due_on < as_of.as_of_date, false) as is_overdue
from open_matters as matters
cross join run.as_of
inner join features.enterprises as enterprises using (enterprise_id)
left join leaving using (enterprise_id, matter)
order by matter_no
