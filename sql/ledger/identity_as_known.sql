-- One row per party: the enterprise that the party is known to be.
-- key: party_key
-- materialized: table
--
-- A party with an id is the enterprise of that id. A party with a name only is the one enterprise of that normalised
-- name, if exactly one was known by then; until then it stands for itself (alias = enterprise_id).
with

own as (
    select
        parties.party_key,
        parties.source_id,
        parties.name,
        parties.name_key,
        parties.last_known,
        identity.enterprise_id as alias
    from ledger.parties_as_known as parties
    inner join ledger.identity as identity using (party_key)
    cross join run.as_of
    where identity.knowledge_date <= as_of.as_of_date
    qualify row_number() over (partition by parties.party_key order by identity.knowledge_date desc) = 1
),

named as (
    select
        name_key,
        min(alias) as enterprise_id
    from own
    where source_id is not null and name_key <> ''
    group by name_key
    having count(distinct alias) = 1
)

select
    own.party_key,
    coalesce(if(own.source_id is null, named.enterprise_id, null), own.alias) as enterprise_id,
    own.alias,
    own.source_id,
    own.name,
    own.last_known
from own
left join named using (name_key)
