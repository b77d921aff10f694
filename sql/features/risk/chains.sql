-- One row per enterprise whose name is that of others but for numbers, brackets and the legal form.
-- key: enterprise_id
-- materialized: table
--
-- A chain is a guess from names and no more: shops of one brand, branches of one firm. Names that more than two hundred
-- share are no chain but a common word: 2026-11, a judgement.
--
-- column chain [text]: the normalised name
with

cut as (
    select
        enterprise_id,
        regexp_replace(
            regexp_replace(
                upper(name), '[（(].*?[)）]|\b(LLC|L L C|INC|LTD|LP|L P|CORP|CO|COMPANY|NO|STORE)\b|#', ' ', 'g'
            ),
            '(股份有限公司|有限责任公司|有限公司|第?[一二三四五六七八九十]*分公司|分店|合伙企业|普通合伙|有限合伙).*$|[^A-Z\p{Han}]',
            '',
            'g'
        ) as chain
    from features.enterprises
)

select
    enterprise_id,
    chain
from cut
where length(chain) >= 2
qualify count(*) over (partition by chain) between 2 and 200
