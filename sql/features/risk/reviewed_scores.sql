-- One row per number of months ago, target and enterprise graded then: what was said, what came.
-- key: months_ago, target, enterprise_id
-- materialized: table
--
-- outcome: came_true | did_not | not_due (the months are not over) | unknown. A whole move that is known within the
-- months has come true, whatever else is still to come or cannot be told. actual_loss = base - actual:
-- negative where revenue rose. is_ours: within the visiting capacity by that week's rank; is_rule: by
-- drop x amount.
with

moved as (
    select distinct
        weeks.months_ago,
        weeks.target,
        moves.enterprise_id
    from features.review_weeks as weeks
    inner join labels.moves as moves
        on
            weeks.reviewed_week < moves.moved_on
            and weeks.horizon_ends >= moves.moved_on
    where weeks.target = 'relocation' and not moves.is_partial
)

select
    weeks.months_ago,
    weeks.reviewed_week,
    scores.target,
    scores.enterprise_id,
    scores.grade,
    scores.basis,
    scores.model_version,
    scores.rank,
    scores.reasons,
    scores.is_flagged,
    scores.expected_loss,
    case
        when outcomes.label or moved.enterprise_id is not null then 'came_true'
        when not outcomes.label then 'did_not'
        when outcomes.unknown_reason = 'not_matured' then 'not_due'
        else 'unknown'
    end as outcome,
    if(outcome = 'came_true', null, outcomes.unknown_reason) as unknown_reason,
    outcomes.treated as is_visited,
    outcomes.loss,
    outcomes.base - outcomes.actual as actual_loss,
    scores.target = 'decline' and coalesce(scores.rank <= parameters.visiting_capacity, false) as is_ours,
    scores.target = 'decline' and coalesce(scores.rule_rank <= parameters.visiting_capacity, false) as is_rule
from features.review_weeks as weeks
inner join events.risk_scores as scores
    on
        weeks.reviewed_week = scores.as_of_date
        and weeks.months_ago = scores.horizon_months
        and weeks.target = scores.target
cross join run.parameters as parameters
left join labels.outcomes as outcomes
    on
        weeks.reviewed_week = outcomes.origin_date
        and scores.target = outcomes.target
        and scores.horizon_months = outcomes.horizon_months
        and scores.enterprise_id = outcomes.enterprise_id
left join moved
    on
        weeks.months_ago = moved.months_ago
        and scores.target = moved.target
        and scores.enterprise_id = moved.enterprise_id
