-- One row per as-of date and tax authority that receipts or registers name: whether it is one of the district's own.
-- key: as_of_date, tax_authority
-- materialized: table
--
-- By the words of [outbound] district_authorities; without any nobody can tell, and the relation is empty.
with

named as (
    select distinct
        as_of_date,
        tax_authority
    from ledger.receipts_as_known
    union
    select distinct
        as_of_date,
        tax_authority
    from ledger.register_history_as_known
)

select
    named.as_of_date,
    named.tax_authority,
    bool_or(contains(named.tax_authority, words.word)) as is_own
from named
cross join run.district_authorities as words
where named.tax_authority is not null
group by named.as_of_date, named.tax_authority
