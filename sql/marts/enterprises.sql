-- One row per enterprise, as known at the snapshot's as-of date.
-- key: enterprise_id
-- materialized: table
select
    enterprise_id,
    source_id,
    name,
    address,
    industry,
    industry_code,
    is_high_precision,
    is_above_scale,
    qualifications,
    tax_authority,
    zone,
    incubator,
    in_from,
    in_to,
    moved_on,
    destination,
    is_registered
from features.enterprises
order by enterprise_id
