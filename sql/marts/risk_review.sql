-- One row per as-of date, number of months ago, target, part of the review and enterprise: what was said, what came.
-- key: as_of_date, months_ago, target, part, enterprise_id
-- materialized: table
--
-- Every grade of an earlier published week is held against what became of the enterprise by now, as far as its months
-- are over. part: flagged (graded high, or within the visiting capacity by expected loss) | missed (the ten largest
-- losses that were not flagged) | added and removed (on, or not on, the list of that capacity against drop x amount).
--
-- column months_ago [months]: the months ahead that its grades spoke of: how long ago the reviewed week was, about; of
--     relocation a month more, in which a move is reported
-- column reviewed_week [date]: as-of date of the published week that said it
-- column target [text]: what was judged: decline, relocation or hidden_outflow
-- column part [text]: flagged, missed, added or removed
-- column place [rank]: 1 = first of its part: by rank then, of the missed by loss
-- column grade [text]: the grade then: high, medium or low
-- column basis [text]: who spoke then: rule or model
-- column model_version [text]: the rule or model that spoke then
-- column reasons [text]: the reasons then, in Chinese; only of the flagged
-- column outcome [text]: came_true (应验), did_not (未应验), not_due (未到期), unknown (无法判定)
-- column unknown_reason [text]: why the outcome is not known; null where it is
-- column is_visited [flag]: whether somebody was there between that week and the end of its months; null = unknown
-- column expected_loss [currency]: loss of restored local revenue that was expected then
-- column actual_loss [currency]: restored local revenue of the same months a year before less that of the months;
--     negative where it rose, null where not known
with

parts as (
    select
        *,
        'flagged' as part,
        row_number() over (
            partition by months_ago, target order by rank asc nulls last, enterprise_id asc
        ) as place
    from features.reviewed_scores
    where is_flagged
    union all by name
    select
        *,
        'missed' as part,
        row_number() over (partition by months_ago, target order by loss desc, enterprise_id asc) as place
    from features.reviewed_scores
    where outcome = 'came_true' and not is_flagged and loss > 0
    qualify place <= 10
    union all by name
    select
        *,
        if(is_ours, 'added', 'removed') as part,
        row_number() over (
            partition by months_ago, target, is_ours order by rank asc nulls last, enterprise_id asc
        ) as place
    from features.reviewed_scores
    where is_ours <> is_rule
)

select
    as_of.as_of_date,
    parts.months_ago,
    parts.reviewed_week,
    parts.target,
    parts.part,
    parts.place,
    parts.enterprise_id,
    enterprises.name,
    enterprises.source_id,
    parts.grade,
    parts.basis,
    parts.model_version,
    parts.reasons,
    parts.outcome,
    parts.unknown_reason,
    parts.is_visited,
    parts.expected_loss,
    parts.actual_loss
from parts
cross join run.as_of
left join ledger.aliases_as_known as aliases
    on parts.enterprise_id = aliases.alias
left join features.enterprises as enterprises
    on coalesce(aliases.enterprise_id, parts.enterprise_id) = enterprises.enterprise_id
order by parts.months_ago, parts.target, parts.part, parts.place
