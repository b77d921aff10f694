-- One row per as-of date, project and milestone of the key and large projects: reached, due or overdue.
-- key: as_of_date, project, milestone
-- materialized: table
--
-- As the newest list known then states it (重点项目). A milestone without a day is neither due nor overdue.
--
-- column is_done [flag]: reached by the as-of date
-- column is_due [flag]: not reached, and due within 30 days
-- column is_overdue [flag]: not reached, and its day is over
-- column days_overdue [days]: since its day; null unless it is overdue
-- column days_late [days]: by how much it was reached after its day; null unless it was late
-- column investment [currency]: the project's investment, not the milestone's
select
    as_of.as_of_date,
    project,
    milestone,
    due_on,
    if(done_on <= as_of.as_of_date, done_on, null) as done_on,
    done_on is not null and done_on <= as_of.as_of_date as is_done,
    not is_done and coalesce(due_on between as_of.as_of_date and as_of.as_of_date + 30, false) as is_due,
    not is_done and coalesce(due_on < as_of.as_of_date, false) as is_overdue,
    if(is_overdue, date_diff('day', due_on, as_of.as_of_date), null) as days_overdue,
    if(is_done and done_on > due_on, date_diff('day', due_on, done_on), null) as days_late,
    investment,
    owner,
    note
from ledger.projects_as_known
cross join run.as_of
order by project, due_on, milestone
