-- One row per as-of date, list, enterprise and cause code: what the data show of the change, to the cent.
-- key: as_of_date, list_name, enterprise_id, cause_code
-- materialized: table
--
-- Proposed by arithmetic, to be verified (mainstay.revenue.cause_amounts says in which order, and what a code may
-- take): at the list's level, in the natural caliber, over the list's window. The amounts of an enterprise sum to its
-- natural change; above zero is what rose.
-- column cause_code [text]: seeds/cause_codes.csv
-- column cause_zh [text]: the code in Chinese words
-- column amount [currency]: its part of the natural change; negative = less revenue
-- column share [ratio]: amount over the natural change; above zero = in the change's direction
-- column is_policy_or_timing [flag]: whether it counts among 政策性/时点性减收
-- column evidence_zh [text]: the figures it rests on, in Chinese
-- column evidence_en [text]: the same in English
select
    as_of.as_of_date,
    causes.list_name,
    causes.enterprise_id,
    causes.cause_code,
    codes.name_zh as cause_zh,
    codes.place,
    lines.title,
    lines.level,
    lines.window_start,
    lines.window_end,
    causes.amount,
    if(lines.natural_change <> 0, causes.amount / lines.natural_change, null)::double as share,
    coalesce(codes.is_policy_or_timing, false) as is_policy_or_timing,
    causes.evidence_zh,
    causes.evidence_en
from run.causes as causes
cross join run.as_of
inner join features.list_lines as lines using (list_name, enterprise_id)
left join run.cause_codes as codes on causes.cause_code = codes.code
order by causes.list_name, lines.rank, codes.place
