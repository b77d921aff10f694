-- One row per as-of date, drop list and rank: the enterprises with the largest drop, in all calibers.
-- key: as_of_date, list_name, rank
-- materialized: table
--
-- Ranked as the list's definition says (marts.list_definitions): current, prior, change and yoy are those of its
-- caliber. Only drops, and only where the base reaches the list's floor. A frozen list (定榜) keeps its places, and shows
-- the figures of the freeze beside today's. is_policy_drop goes by the codes of seeds/cause_codes.csv that say so
-- (DOMAIN section 4). weeks_on counts this week and the unbroken run of comparable weeks before it in which the
-- enterprise was published on the list; entered and previous_rank are null where the list has no published week
-- before, or one of another definition.
-- column shared_rank [rank]: the rank that people read; the same for equal firms where the list says so
-- column version [text]: what the definition calls itself
-- column fingerprint [text]: changes with everything that decides who is on the list
-- column share_of_drop [ratio]: part of the whole list's change
-- column is_policy_drop [flag]: whether at least 80% of the natural drop is policy or timing
-- column entered [flag]: whether the week published before had the enterprise not on this list
-- column weeks_on [number]: weeks in a row on this list, this one included
-- column previous_rank [rank]: rank in the week published before
-- column rank_change [number]: places gained since then; negative = lost
-- column is_frozen [flag]: whether the places are fixed (定榜)
-- column frozen_on [date]: the day from which they are
-- column frozen_week [date]: as-of date of the week that the places come from; null = this one
-- column frozen_current [currency]: revenue of the window when the list was frozen, in the list's level and caliber
-- column frozen_prior [currency]: the same of the year before
-- column frozen_change [currency]: the change when the list was frozen
-- column correction [currency]: today's change less that of the freeze; null = not frozen, or not to be compared
-- column is_still_drop [flag]: whether the revenue, as known today, fell
with

by_policy as (
    select
        causes.list_name,
        causes.enterprise_id,
        sum(causes.amount) as amount
    from run.causes as causes
    inner join run.cause_codes as codes on causes.cause_code = codes.code and codes.is_policy_or_timing
    group by causes.list_name, causes.enterprise_id
)

select
    as_of.as_of_date,
    changes.list_name,
    changes.rank,
    changes.enterprise_id,
    enterprises.source_id,
    enterprises.name,
    enterprises.industry,
    enterprises.moved_on,
    changes.title,
    changes.level,
    changes.level_asked,
    changes.is_fallback,
    changes.caliber,
    changes.window_start,
    changes.window_end,
    changes.current,
    changes.prior,
    changes.change,
    changes.yoy,
    if(weeks.is_comparable, streaks.previous_rank is null, null) as entered,
    1 + coalesce(streaks.weeks_before, 0) as weeks_on,
    streaks.previous_rank,
    changes.natural_current,
    changes.natural_prior,
    changes.natural_change,
    changes.natural_yoy,
    changes.restored_current,
    changes.restored_prior,
    changes.restored_change,
    changes.restored_yoy,
    (
        changes.change
        / nullif(sum(changes.change) over (partition by changes.list_name), 0)
    )::double as share_of_drop,
    coalesce(changes.natural_change < 0 and by_policy.amount <= 0.8 * changes.natural_change, false) as is_policy_drop,
    changes.shared_rank,
    streaks.previous_rank - changes.shared_rank as rank_change,
    changes.adjusted_current,
    changes.adjusted_prior,
    changes.adjusted_change,
    changes.adjusted_yoy,
    changes.version,
    changes.fingerprint,
    changes.is_frozen,
    changes.frozen_on,
    changes.frozen_week,
    changes.frozen_current,
    changes.frozen_prior,
    changes.frozen_change,
    if(changes.frozen_fingerprint = changes.fingerprint, changes.change - changes.frozen_change, null) as correction,
    changes.change < 0 as is_still_drop
from features.list_lines as changes
cross join run.as_of
inner join features.enterprises as enterprises using (enterprise_id)
left join features.list_streaks as streaks using (list_name, enterprise_id)
left join by_policy using (list_name, enterprise_id)
left join features.list_weeks as weeks on changes.list_name = weeks.list_name and weeks.weeks_ago = 1
where changes.kind = 'drops'
order by changes.list_name, changes.rank
