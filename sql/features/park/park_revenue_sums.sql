-- One row per indicator of revenue, level and caliber: the sums of both years over its firms.
-- key: indicator, level, caliber
-- materialized: table
--
-- revenue: the months in which the register holds the firm in the park; without a register every payer's.
-- revenue_as_extracted: every payer, as the ledger of enterprises shows it. revenue_register_now: today's firms in both
-- years, whether they were there or not. revenue_existing_firms: firms in the park in both years. growth_joined,
-- growth_left, growth_existing: the firms that came, left or stayed; they part the change of revenue exactly.
-- A caliber that is not known of every firm is null: deferral_adjusted without deferral extracts.
--
-- column indicator [text]: revenue, revenue_as_extracted, revenue_register_now, revenue_existing_firms, growth_*
-- column population [text]: as_registered, as_extracted, register_now or existing_firms
-- column value [currency]: the year to date
-- column prior_value [currency]: the same months of the year before
-- column firms_unknown [count]: payers left out because the level of one of their months is not known
-- column total_unknown [currency]: what they paid in the year to date at the total level, as far as that is known
-- column left_out [currency]: what was paid outside the park in the year to date, in the caliber, as far as it is known
with

registers as (
    select bool_or(is_registered) as has_register
    from features.enterprises
),

firms as (
    select
        *,
        max(if(level = 'total', natural_current, null)) over (
            partition by population, enterprise_id
        ) as total_current
    from features.park_revenue
),

grouped as (
    select
        population,
        level,
        movement,
        is_now,
        sum(natural_current) as natural_current,
        sum(natural_prior) as natural_prior,
        sum(refund_current) as refund_current,
        sum(refund_prior) as refund_prior,
        sum(deferred_current) as deferred_current,
        sum(deferred_prior) as deferred_prior,
        count(*) filter (where is_unknown) as firms_unknown,
        sum(total_current) filter (where is_unknown) as total_unknown,
        count(*) filter (where not is_unknown and deferred_current is null) as deferrals_unknown
    from firms
    group by population, level, movement, is_now
),

members as (
    select
        if(registers.has_register, 'as_registered', 'as_extracted') as population,
        'revenue' as indicator,
        grouped.* exclude (population)
    from grouped
    cross join registers
    where grouped.population = if(registers.has_register, 'as_registered', 'as_extracted')
    union all by name
    select
        'revenue_as_extracted' as indicator,
        *
    from grouped
    where population = 'as_extracted'
    union all by name
    select
        'register_now' as population,
        'revenue_register_now' as indicator,
        * exclude (population)
    from grouped
    where population = 'as_extracted' and is_now
    union all by name
    select
        'existing_firms' as population,
        'revenue_existing_firms' as indicator,
        * exclude (population)
    from grouped
    where population = 'as_registered' and movement = 'existing'
    union all by name
    select
        'outside' as indicator,
        *
    from grouped
    where population = 'outside'
    union all by name
    select
        'growth_' || movement as indicator,
        *
    from grouped
    where population = 'as_registered' and movement is not null
),

summed as (
    select
        indicator,
        population,
        level,
        sum(natural_current) as natural_current,
        sum(natural_prior) as natural_prior,
        sum(refund_current) as refund_current,
        sum(refund_prior) as refund_prior,
        if(sum(deferrals_unknown) = 0, coalesce(sum(deferred_current), 0), null) as deferred_current,
        if(sum(deferrals_unknown) = 0, coalesce(sum(deferred_prior), 0), null) as deferred_prior,
        sum(firms_unknown) as firms_unknown,
        coalesce(sum(total_unknown), 0) as total_unknown
    from members
    group by indicator, population, level
),

calibers as (
    select
        * exclude (natural_current, natural_prior, refund_current, refund_prior, deferred_current, deferred_prior),
        'natural' as caliber,
        natural_current as value,
        natural_prior as prior_value
    from summed
    union all by name
    select
        * exclude (natural_current, natural_prior, refund_current, refund_prior, deferred_current, deferred_prior),
        'restored' as caliber,
        natural_current + refund_current as value,
        natural_prior + refund_prior as prior_value
    from summed
    union all by name
    select
        * exclude (natural_current, natural_prior, refund_current, refund_prior, deferred_current, deferred_prior),
        'deferral_adjusted' as caliber,
        natural_current + refund_current + deferred_current as value,
        natural_prior + refund_prior + deferred_prior as prior_value
    from summed
)

select
    calibers.indicator,
    calibers.population,
    calibers.level,
    calibers.caliber,
    calibers.value::decimal(18, 2) as value,
    calibers.prior_value::decimal(18, 2) as prior_value,
    calibers.firms_unknown::bigint as firms_unknown,
    calibers.total_unknown::decimal(18, 2) as total_unknown,
    if(
        calibers.indicator = 'revenue' and calibers.population = 'as_registered',
        coalesce(outside.value, 0),
        null
    )::decimal(18, 2) as left_out
from calibers
left join calibers as outside
    on
        calibers.level = outside.level
        and calibers.caliber = outside.caliber
        and outside.indicator = 'outside'
where calibers.indicator <> 'outside'
