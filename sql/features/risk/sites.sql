-- One row per enterprise with an address: the site it is at, without suite, unit, floor or room.
-- key: enterprise_id
-- materialized: table
--
-- Zone and address in one notation (full width to half, upper case, no blanks or marks), cut where a room begins: two
-- firms of one building are at one site, and so are a firm and the one that takes its premises over.
--
-- column site [text]: the normalised zone and address
with

written as (
    select
        enterprise_id,
        upper(translate(zone, '０１２３４５６７８９（）－＃', '0123456789()-#')) as zone,
        upper(translate(address, '０１２３４５６７８９（）－＃', '0123456789()-#')) as address
    from features.enterprises
    where trim(address) <> ''
),

cut as (
    select
        enterprise_id,
        zone,
        regexp_replace(
            regexp_replace(
                address, '[ ,.]*(#|\b(SUITE|STE|UNIT|APT|ROOM|RM|FLOOR|FLR|FL|SPACE|SPC|LEVEL)\b).*$', ''
            ),
            '(地下|地上|[-A-Z]*[0-9一二三四五六七八九十]+)(层|室|号房|房间|单元|工位|座[0-9-]).*$',
            ''
        ) as address
    from written
)

select
    enterprise_id,
    regexp_replace(coalesce(zone, '') || '|' || address, '[^0-9A-Z\p{Han}|]', '', 'g') as site
from cut
where regexp_replace(address, '[^0-9A-Z\p{Han}]', '', 'g') <> ''
