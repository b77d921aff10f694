-- One row per list that others have drawn up, and enterprise that is on it.
-- key: listing_kind, listing, enterprise_id
-- materialized: table
--
-- listing_kind: imported (导入名单, `listing` is the list's name as delivered) or watch_list (the leaders' list, without
-- a name). A member whose time has not begun or is over is on no list; one without a day of listing is on it.
-- column listing_kind [text]: imported or watch_list
-- column listing [text]: name of the imported list as delivered; blank for the watch list
-- column listed_on [date]: first day on the list; null where the list does not say
with

members as (
    select
        'imported' as listing_kind,
        list_name as listing,
        enterprise_id,
        listed_on,
        "until"
    from ledger.list_members_as_known
    union all
    select
        'watch_list' as listing_kind,
        '' as listing,
        enterprise_id,
        listed_on,
        "until"
    from ledger.watch_list_as_known
)

select
    listing_kind,
    listing,
    enterprise_id,
    min(listed_on) as listed_on
from members
cross join run.as_of
where coalesce(listed_on <= as_of.as_of_date, true) and coalesce("until" >= as_of.as_of_date, true)
group by listing_kind, listing, enterprise_id
