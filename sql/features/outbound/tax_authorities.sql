-- One row per tax authority that receipts or registers name: whether it is one of the district's own.
-- key: tax_authority
-- materialized: table
--
-- By the words of [outbound] district_authorities; without any nobody can tell, and the relation is empty.
with

named as (
    select distinct tax_authority
    from ledger.receipts_as_known
    union
    select distinct tax_authority
    from ledger.register_history_as_known
)

select
    named.tax_authority,
    bool_or(contains(named.tax_authority, words.word)) as is_own
from named
cross join run.district_authorities as words
where named.tax_authority is not null
group by named.tax_authority
