-- One row per as-of date, drop list and enterprise that the list ranks.
-- key: as_of_date, list_name, enterprise_id
-- materialized: table
--
-- The enterprises in the park at the as-of date, and every one that left since the start of the base window (DOMAIN
-- section 1): a firm that left leads the list, it does not vanish.
select
    lists.as_of_date,
    lists.list_name,
    population.enterprise_id
from features.list_windows as lists
inner join features.park_population as population on lists.as_of_date = population.as_of_date
where
    coalesce(population.moved_on, lists.as_of_date) >= lists.prior_start
    and (lists.population = 'all' or population.is_high_precision)
