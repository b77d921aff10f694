-- One row per as-of date, levy, flow and month with money that is not shared as the confirmed table says.
-- key: as_of_date, levy, flow, month
-- materialized: table
--
-- Only lines whose own amounts or shares give the levels; one that differs by more than a cent deviates. A deviation
-- is a fact (district-retained items), never a failure (DOMAIN section 1). Without a confirmed table there is no row.
--
-- column flow [text]: receipt, vat_credit_refund or other_refund
-- column rows [count]: lines that deviate
-- column total [currency]: their amounts at the total level, natural caliber
-- column <level> [currency]: what the lines give to the <level> level, natural caliber
-- column table_<level> [currency]: what the table would, natural caliber
-- column <level>_deviation [currency]: <level> less table_<level>, natural caliber
with

compared as (
    select
        lines.levy,
        lines.flow,
        lines.month,
        lines.total,
        lines.central,
        lines.city,
        lines.district,
        round(lines.total * rules.district, 2) as table_district,
        if(rules.central = 0, lines.total - table_district, round(lines.total * rules.city, 2)) as table_city,
        lines.total - table_district - table_city as table_central
    from staging.revenue_lines as lines
    inner join run.share_rules as rules
        on
            lines.levy = rules.levy
            and lines.flow = rules.flow
            and lines.month between rules.effective_from and rules.effective_to
    where lines.is_in_scope and lines.in_local_revenue and lines.levels_from <> 'table' and not lines.has_unknown_level
)

select
    as_of.as_of_date,
    levy,
    flow,
    month,
    count(*) as rows,
    sum(total)::decimal(18, 2) as total,
    sum(central)::decimal(18, 2) as central,
    sum(table_central)::decimal(18, 2) as table_central,
    sum(central - table_central)::decimal(18, 2) as central_deviation,
    sum(city)::decimal(18, 2) as city,
    sum(table_city)::decimal(18, 2) as table_city,
    sum(city - table_city)::decimal(18, 2) as city_deviation,
    sum(district)::decimal(18, 2) as district,
    sum(table_district)::decimal(18, 2) as table_district,
    sum(district - table_district)::decimal(18, 2) as district_deviation
from compared
cross join run.as_of
where abs(district - table_district) > 0.01 or abs(city - table_city) > 0.01 or abs(central - table_central) > 0.01
group by as_of.as_of_date, levy, flow, month
order by levy, flow, month
