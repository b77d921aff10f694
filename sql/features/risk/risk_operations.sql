-- One row per enterprise in the park: its turnover and staff beside its revenue.
-- key: enterprise_id
-- materialized: table
--
-- Last three closed months against the same months a year before; headcount: the newest of these months against the
-- month three before it. A gap is the change of turnover or of total tax less that of the revenue here: where the first
-- holds and the second falls, something goes elsewhere. How a change is measured: features.risk_levels.
--
-- column invoiced_yoy_3 [ratio]: change of the invoiced value
-- column invoiced_trend [ratio]: of the same against the last twelve months, by the mean of a month
-- column headcount_change_3 [ratio]: change of the insured headcount
-- column invoiced_gap [ratio]: invoiced_yoy_3 less the revenue's own change
-- column total_yoy_3 [ratio]: change of total tax
-- column total_gap [ratio]: total_yoy_3 less the revenue's own change
with

sums as (
    select
        months.enterprise_id,
        if(
            count(invoices.invoiced) filter (where months.months_back < 3) = 3,
            sum(invoices.invoiced) filter (where months.months_back < 3)::double,
            null
        ) as invoiced_3,
        if(
            count(invoices.invoiced) filter (where months.months_back between 12 and 14) = 3,
            sum(invoices.invoiced) filter (where months.months_back between 12 and 14)::double,
            null
        ) as invoiced_prior_3,
        if(
            count(invoices.invoiced) filter (where months.months_back < 12) = 12,
            sum(invoices.invoiced) filter (where months.months_back < 12)::double / 4,
            null
        ) as invoiced_12,
        arg_min(invoices.headcount::double, if(months.months_back < 3, months.months_back, null)) as staff,
        arg_min(invoices.headcount::double, if(months.months_back between 3 and 5, months.months_back, null))
            as staff_before,
        if(
            count(months.total) filter (where months.months_back < 3) = 3,
            sum(months.total) filter (where months.months_back < 3)::double,
            null
        ) as total_3,
        if(
            count(months.total) filter (where months.months_back between 12 and 14) = 3,
            sum(months.total) filter (where months.months_back between 12 and 14)::double,
            null
        ) as total_prior_3
    from features.risk_months as months
    left join features.risk_invoices as invoices using (enterprise_id, month)
    group by months.enterprise_id
),

changes as (
    select
        enterprise_id,
        (invoiced_3 - invoiced_prior_3) / nullif(abs(invoiced_3) + abs(invoiced_prior_3), 0) as invoiced_yoy_3,
        (invoiced_3 - invoiced_12) / nullif(abs(invoiced_3) + abs(invoiced_12), 0) as invoiced_trend,
        (staff - staff_before) / nullif(staff + staff_before, 0) as headcount_change_3,
        (total_3 - total_prior_3) / nullif(abs(total_3) + abs(total_prior_3), 0) as total_yoy_3
    from sums
)

select
    changes.enterprise_id,
    changes.invoiced_yoy_3,
    changes.invoiced_trend,
    changes.headcount_change_3,
    changes.invoiced_yoy_3 - levels.yoy_3 as invoiced_gap,
    changes.total_yoy_3,
    changes.total_yoy_3 - levels.yoy_3 as total_gap
from changes
inner join features.risk_levels as levels using (enterprise_id)
