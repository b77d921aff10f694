-- One row per list and enterprise that the list is about.
-- key: list_name, enterprise_id
-- materialized: table
--
-- The enterprises in the park at the as-of date, and every one that left since the start of the base window (DOMAIN
-- section 1): a firm that left leads the list, it does not vanish. A list that others have drawn up has its members,
-- wherever they are. payers: the largest of the last year that is over, by the list's level and caliber.
-- column listed_on [date]: first day on a list that others have drawn up; null where none says
with

drawn_up as (
    select
        lists.list_name,
        listed.enterprise_id,
        min(listed.listed_on) as listed_on
    from features.list_windows as lists
    inner join features.listed_firms as listed
        on
            lists.population_kind = listed.listing_kind
            and (lists.population_kind = 'watch_list' or list_contains(lists.population_values, listed.listing))
    group by lists.list_name, listed.enterprise_id
),

in_park as (
    select
        lists.list_name,
        population.enterprise_id
    from features.list_windows as lists
    cross join run.as_of
    cross join features.park_population as population
    inner join features.enterprises as enterprises using (enterprise_id)
    where
        coalesce(population.moved_on, as_of.as_of_date) >= lists.prior_start
        and case lists.population_kind
            when 'all' then true
            when 'high_precision' then population.is_high_precision
            when 'industry'
                then
                    regexp_matches(
                        enterprises.industry_code, '^(' || array_to_string(lists.population_values, '|') || ')'
                    )
            when 'zone' then list_contains(lists.population_values, enterprises.zone)
            when 'incubator' then list_contains(lists.population_values, enterprises.incubator)
        end
),

closed_years as (
    select
        (date_trunc('year', closed.last_closed + interval 1 month) - interval 1 year)::date as first_month,
        (date_trunc('year', closed.last_closed + interval 1 month) - interval 1 month)::date as last_month
    from features.closed_months as closed
    inner join features.covered_months as covered
        on
            covered.month >= date_trunc('year', closed.last_closed + interval 1 month) - interval 1 year
            and covered.month < date_trunc('year', closed.last_closed + interval 1 month)
    group by closed.last_closed
    having count(*) = 12
),

largest as (
    select
        lists.list_name,
        revenue.enterprise_id,
        lists.population_values[1]::bigint as places,
        sum(
            case lists.caliber
                when 'natural' then revenue.natural_revenue
                else revenue.natural_revenue + revenue.refund
            end
        ) as paid
    from features.list_windows as lists
    cross join closed_years
    inner join features.revenue_by_level as revenue
        on
            lists.level = revenue.level
            and revenue.month between closed_years.first_month and closed_years.last_month
    inner join features.park_population using (enterprise_id)
    where lists.population_kind = 'payers'
    group by all
    having paid > 0
),

payers as (
    select
        list_name,
        enterprise_id
    from largest
    qualify row_number() over (partition by list_name order by paid desc, enterprise_id asc) <= places
)

select
    list_name,
    enterprise_id,
    listed_on
from drawn_up
union all
select
    list_name,
    enterprise_id,
    null as listed_on
from in_park
union all
select
    list_name,
    enterprise_id,
    null as listed_on
from payers
