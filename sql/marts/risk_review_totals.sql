-- One row per as-of date, number of months ago and target: how what a published week said then has turned out.
-- key: as_of_date, months_ago, target
-- materialized: table
--
-- Also where there is no such week yet, with reviewed_week null. Counts are of enterprises, money is that of those
-- whose grade is known to have come true.
--
-- column months_ago [months]: the months ahead that its grades spoke of: how long ago that week was, about; of
--     relocation a month more, in which a move is reported
-- column reviewed_week [date]: as-of date of that published week; null = there is no such week yet
-- column target [text]: what was judged: decline, relocation or hidden_outflow
-- column graded [count]: enterprises that had a grade
-- column flagged [count]: of these, flagged: graded high, or within the visiting capacity by expected loss
-- column came_true [count]: flagged ones that came true
-- column did_not [count]: flagged ones that did not
-- column not_due [count]: flagged ones whose months are not over
-- column unknown [count]: flagged ones of which the outcome cannot be told
-- column visited [count]: flagged ones where somebody was
-- column loss_flagged [currency]: restored local revenue lost by flagged enterprises that came true
-- column loss_all [currency]: restored local revenue lost by all graded enterprises; flagged over all is captured loss
-- column added_true [count]: enterprises on our list and not on that of drop x amount, equally long, that came true
-- column removed_true [count]: the other way round
-- column loss_added [currency]: restored local revenue lost by the added
-- column loss_removed [currency]: restored local revenue lost by the removed
with

targets as (
    select distinct target
    from run.score_bases
)

select
    as_of.as_of_date,
    weeks.months_ago,
    weeks.reviewed_week,
    weeks.target,
    count(scores.enterprise_id) as graded,
    count(*) filter (where scores.is_flagged) as flagged,
    count(*) filter (where scores.is_flagged and scores.outcome = 'came_true') as came_true,
    count(*) filter (where scores.is_flagged and scores.outcome = 'did_not') as did_not,
    count(*) filter (where scores.is_flagged and scores.outcome = 'not_due') as not_due,
    count(*) filter (where scores.is_flagged and scores.outcome = 'unknown') as unknown,
    count(*) filter (where scores.is_flagged and scores.is_visited) as visited,
    sum(scores.loss) filter (where scores.is_flagged)::decimal(18, 2) as loss_flagged,
    sum(scores.loss)::decimal(18, 2) as loss_all,
    count(*) filter (where scores.is_ours and not scores.is_rule and scores.outcome = 'came_true') as added_true,
    count(*) filter (where scores.is_rule and not scores.is_ours and scores.outcome = 'came_true') as removed_true,
    sum(scores.loss) filter (where scores.is_ours and not scores.is_rule)::decimal(18, 2) as loss_added,
    sum(scores.loss) filter (where scores.is_rule and not scores.is_ours)::decimal(18, 2) as loss_removed
from features.review_weeks as weeks
cross join run.as_of
inner join targets using (target)
left join features.reviewed_scores as scores using (months_ago, target)
group by as_of.as_of_date, weeks.months_ago, weeks.reviewed_week, weeks.target
order by weeks.months_ago, weeks.target
