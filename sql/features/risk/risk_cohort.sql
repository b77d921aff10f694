-- One row per target, horizon and enterprise that is judged.
-- key: target, horizon_months, enterprise_id
-- materialized: table
--
-- decline: the base reaches the floor (a setting, of twelve months, in proportion to the horizon), and some month of
-- the last three closed ones has revenue. hidden_outflow: the same, where total tax or invoiced value of the base
-- window is known. relocation: everybody who is here and in no case of the outbound register that has left and not
-- come back; its base may be unknown. Natural persons and firms that have left are in none (features.park_population).
with

bases as (
    select
        bases.*,
        profiles.local_at_stake,
        profiles.industry,
        profiles.zone,
        profiles.size_class,
        coalesce(
            profiles.is_alive
            and bases.base > 0
            and bases.base * 12 >= parameters.decline_floor * bases.horizon_months,
            false
        ) as can_decline
    from features.risk_bases as bases
    inner join features.risk_profiles as profiles using (enterprise_id)
    cross join run.parameters as parameters
),

away as (
    select distinct enterprise_id
    from run.outbound_cases
    where is_outbound and returned_on is null
),

judged as (
    select
        bases.*,
        unnest(['decline', 'relocation', 'hidden_outflow']) as target
    from bases
)

select
    judged.target,
    judged.horizon_months,
    judged.enterprise_id,
    judged.base,
    judged.label_from,
    judged.label_to,
    judged.local_at_stake,
    judged.industry,
    judged.zone,
    judged.size_class
from judged
left join away using (enterprise_id)
where
    case judged.target
        when 'decline' then judged.can_decline
        when 'relocation' then away.enterprise_id is null
        else judged.can_decline and (judged.has_total or judged.has_invoiced)
    end
