-- One row per enterprise that any known register holds: when it was in the park.
-- key: enterprise_id
-- materialized: table
--
-- In a window = in the park on some day of it, by the register (DOMAIN section 1, population).
--
-- column in_current [flag]: in the park in the year to date
-- column in_prior [flag]: in the park in the same months of the year before
-- column movement [text]: joined, left or existing between the two; null in neither
-- column is_now [flag]: in the park at the as-of date, by register and outbound list
select
    spells.enterprise_id,
    bool_or(spells.spell_from <= last_day(windows.window_end) and spells.spell_to >= windows.window_start)
        as in_current,
    bool_or(spells.spell_from <= last_day(windows.prior_end) and spells.spell_to >= windows.prior_start) as in_prior,
    case
        when in_current and in_prior then 'existing'
        when in_current then 'joined'
        when in_prior then 'left'
    end as movement,
    coalesce(
        any_value(
            enterprises.is_registered
            and enterprises.moved_on is null
            and coalesce(enterprises.in_from <= as_of.as_of_date, true)
        ),
        false
    ) as is_now
from features.park_spells as spells
cross join run.as_of
inner join features.windows as windows on windows.window_name = 'ytd'
left join features.enterprises as enterprises using (enterprise_id)
group by spells.enterprise_id
