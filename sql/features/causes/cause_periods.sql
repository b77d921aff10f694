-- One row per list, enterprise, levy and tax period: what came for it, in the list's window and outside.
-- key: list_name, enterprise_id, levy, period_from, period_to
-- materialized: table
--
-- The two years are compared by tax period, not by month of receipt: a period and the one twelve months before it.
-- in_current: received in the window; out_current: after the base window, but not in the window, as far as known;
-- in_prior: received for the period a year before in the base window; out_prior: before the window, but not in the
-- base window. What was put off by rule (缓税) is left out, it is P3. moved: what came in another month this year (-)
-- or came in another month last year (+), never more than came there. is_pending: last year's annual settlement came
-- in the base window; of this year's nothing has come, and the receipts known end before May, its last month. month:
-- the month of the window in which it is missing or, where it came too early or late, there. shifted: income tax that
-- came inside both windows but not in the month expected by last year's: no change of the window, but of two months.
with

put_off as (
    select distinct
        enterprise_id,
        levy,
        date_trunc('month', tax_period_from)::date as period_from,
        date_trunc('month', tax_period_to)::date as period_to
    from staging.deferral_lines
),

received as (
    select
        lines.enterprise_id,
        lines.levy,
        lines.levy_item,
        lines.period_from,
        lines.period_to,
        lines.month,
        lines.total,
        lines.central,
        lines.local,
        lines.city,
        lines.district
    from features.cause_lines as lines
    anti join put_off
        on
            lines.enterprise_id = put_off.enterprise_id
            and lines.levy = put_off.levy
            and lines.period_from in (put_off.period_from, (put_off.period_from - interval 1 year)::date)
            and lines.period_to in (put_off.period_to, (put_off.period_to - interval 1 year)::date)
    where lines.nature = 'regular' and lines.period_from is not null and lines.period_to is not null
),

of_lists as (
    select
        lists.*,
        received.levy,
        received.levy_item,
        received.period_from,
        received.period_to,
        received.month,
        case lists.level
            when 'total' then received.total
            when 'central' then received.central
            when 'local' then received.local
            when 'city' then received.city
            when 'district' then received.district
        end as amount
    from features.list_lines as lists
    inner join received using (enterprise_id)
),

sides as (
    select
        *,
        true as is_current,
        month between window_start and window_end as is_inside
    from of_lists
    where month > prior_end
    union all by name
    select
        * replace (
            (period_from + interval 1 year)::date as period_from,
            (period_to + interval 1 year)::date as period_to
        ),
        false as is_current,
        month between prior_start and prior_end as is_inside
    from of_lists
    where month < window_start
),

sums as (
    select
        list_name,
        enterprise_id,
        levy,
        period_from,
        period_to,
        min(levy_item) as levy_item,
        coalesce(sum(amount) filter (where is_current and is_inside), 0) as in_current,
        coalesce(sum(amount) filter (where is_current and not is_inside), 0) as out_current,
        coalesce(sum(amount) filter (where not is_current and is_inside), 0) as in_prior,
        coalesce(sum(amount) filter (where not is_current and not is_inside), 0) as out_prior,
        max(month) filter (where is_current and not is_inside) as out_current_month,
        max(month) filter (where not is_current and is_inside) as in_prior_month,
        max(month) filter (where is_current and is_inside) as in_current_month,
        max(month) filter (where not is_current and not is_inside) as out_prior_month
    from sides
    group by list_name, enterprise_id, levy, period_from, period_to
    having coalesce(sum(amount) filter (where is_inside), 0) <> 0
),

known_until as (
    select max(month) as last_month
    from features.covered_months
)

select
    sums.*,
    sums.levy = 'CIT'
    and month(sums.period_from) = 1
    and month(sums.period_to) = 12
    and year(sums.period_from) = year(sums.period_to)
    and sums.in_prior > 0
    and sums.in_current = 0
    and sums.out_current = 0
    and known_until.last_month < make_date(year(sums.period_to) + 1, 5, 1) as is_pending,
    case
        when is_pending then -sums.in_prior
        when sums.in_current < sums.in_prior
            then -least(sums.in_prior - sums.in_current, greatest(sums.out_current - sums.out_prior, 0))
        else least(sums.in_current - sums.in_prior, greatest(sums.out_prior - sums.out_current, 0))
    end as moved,
    (sums.in_prior_month + interval 1 year)::date as expected_in,
    if(moved < 0, expected_in, sums.in_current_month) as month,
    if(
        sums.levy = 'CIT' and sums.in_current > 0 and sums.in_prior > 0 and sums.in_current_month <> expected_in,
        least(sums.in_current, sums.in_prior),
        0
    ) as shifted
from sums
cross join known_until
