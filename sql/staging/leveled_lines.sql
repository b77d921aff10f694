-- One row per vintage and ledger row of receipts, refunds or deferrals, with every level that can be told.
-- key: vintage, source, batch_id, line
-- materialized: table
--
-- 1. The row's own amounts, and what follows from them: local = city + district, local = total - central, and so on.
-- 2. Where a level is missing still, the row's own 预算分配比例: 中央50%市级25%区级25%, or 50:25:25 (central, city,
--    district). Shares that do not sum to one, or a ratio of one level alone, are not used and are counted.
-- 3. Then the share table of a regime that the workspace has confirmed ([shares] confirmed), by levy, flow and month.
-- Where the row gives the city or the district alone, only the rest of the total is shared, over the other levels; a
-- rest of the other sign is not shared.
-- Else the level stays null: never district = local x a usual share (DOMAIN sections 0 and 1).
-- Rounding: district and city to the cent, half away from zero; central takes the rest, or the city where central has
-- no share; so the parts sum to the total. Where the row itself gives local, district is rounded and the city takes
-- the rest of local.
-- flow: a VAT credit refund is a line of VAT whose reason contains 留抵; the sign says nothing (DOMAIN section 1). Any
-- other line of a refund extract is an other refund (export, 即征即退, settlement, overpayment); a negative line of the
-- receipts is a correction of receipts. A deferral is borne as a receipt.
-- A levy item is in scope when the seeds or the workspace know it; a contract without levy items is in scope.
--
-- column vintage [text]: now = as known at the as-of date; year_before = as known one year before it
-- column flow [text]: receipt, vat_credit_refund or other_refund
-- column levels_from [text]: what gives the levels: row (its own amounts), ratio (its own shares) or table
-- column is_ratio_unusable [flag]: the row's shares were needed, are stated, and do not say how it is shared
-- column own_off [currency]: by how much the row's own amounts miss total = central + local, local = city + district
-- column has_unknown_level [flag]: in the local revenue, and a level is still unknown
with

flows as (
    select
        'receipts' as source,
        'now' as vintage,
        *
    from ledger.receipts_as_known
    union all by name
    select
        'refunds' as source,
        'now' as vintage,
        *
    from ledger.refunds_as_known
    union all by name
    select
        'deferrals' as source,
        'now' as vintage,
        *
    from ledger.deferrals_as_known
    union all by name
    select
        'receipts' as source,
        'year_before' as vintage,
        *
    from ledger.receipts_year_before_as_known
    union all by name
    select
        'refunds' as source,
        'year_before' as vintage,
        *
    from ledger.refunds_year_before_as_known
    union all by name
    select
        'deferrals' as source,
        'year_before' as vintage,
        *
    from ledger.deferrals_year_before_as_known
),

scoped as (
    select
        flows.*,
        coalesce(items.levy, flows.levy_item, 'ALL') as levy,
        coalesce(items.in_local_revenue, flows.levy_item is null) as in_local_revenue,
        coalesce(items.is_tax or items.in_local_revenue, flows.levy_item is null) as is_in_scope,
        case
            when coalesce(items.levy, flows.levy_item) = 'VAT' and flows.reason like '%留抵%' then 'vat_credit_refund'
            when flows.source = 'refunds' then 'other_refund'
            else 'receipt'
        end as flow
    from flows
    left join run.levy_items as items using (levy_item)
),

own as (
    select
        *,
        if(
            in_local_revenue,
            coalesce(amount_local, amount_city + amount_district, amount_total - amount_central),
            0
        ) as own_local,
        coalesce(amount_total, amount_central + own_local) as own_total,
        coalesce(amount_central, own_total - own_local) as own_central,
        if(in_local_revenue, coalesce(amount_city, own_local - amount_district), 0) as own_city,
        if(in_local_revenue, coalesce(amount_district, own_local - amount_city), 0) as own_district,
        coalesce(own_total, own_local) is not null and (own_central is null or own_district is null)
            as needs_shares,
        if(needs_shares, nullif(trim(share_rule), ''), null) as ratio
    from scoped
),

parsed as (
    select
        *,
        if(
            regexp_full_match(ratio, '[0-9.]+%?\s*[:：/]\s*[0-9.]+%?\s*[:：/]\s*[0-9.]+%?'),
            regexp_extract_all(ratio, '[0-9.]+'),
            [
                regexp_extract(ratio, '中央[^0-9省市区县]*([0-9.]+)', 1),
                regexp_extract(ratio, '[省市][^0-9区县中]*([0-9.]+)', 1),
                regexp_extract(ratio, '[区县][^0-9省市中]*([0-9.]+)', 1)
            ]
        ) as words,
        coalesce(try_cast(words[1] as decimal(9, 4)), 0) as part_1,
        coalesce(try_cast(words[2] as decimal(9, 4)), 0) as part_2,
        coalesce(try_cast(words[3] as decimal(9, 4)), 0) as part_3,
        part_1 + part_2 + part_3 in (1, 100) as has_ratio,
        if(part_1 + part_2 + part_3 = 100, 100, 1) as whole
    from own
),

shared as (
    select
        parsed.*,
        if(parsed.has_ratio, (parsed.part_1 / parsed.whole)::decimal(9, 6), rules.central) as share_central,
        if(parsed.has_ratio, (parsed.part_2 / parsed.whole)::decimal(9, 6), rules.city) as share_city,
        if(parsed.has_ratio, (parsed.part_3 / parsed.whole)::decimal(9, 6), rules.district) as share_district,
        case
            when not parsed.needs_shares then 'row'
            when parsed.has_ratio then 'ratio'
            when rules.levy is not null then 'table'
            else 'row'
        end as levels_from
    from parsed
    left join run.share_rules as rules
        on
            parsed.needs_shares
            and parsed.levy = rules.levy
            and parsed.flow = rules.flow
            and parsed.month between rules.effective_from and rules.effective_to
),

leveled as (
    select
        *,
        coalesce(
            own_district,
            case
                when own_local is null and own_city is null then round(own_total * share_district, 2)
                when own_local is null and (own_total - own_city) * own_total >= 0
                    then round((own_total - own_city) * share_district / nullif(share_central + share_district, 0), 2)
                when share_city + share_district > 0
                    then round(own_local * share_district / (share_city + share_district), 2)
            end
        )::decimal(18, 2) as district,
        coalesce(
            own_city,
            case
                when own_local is not null then own_local - district
                when share_central = 0 and (own_total - district) * own_total >= 0 then own_total - district
                when own_district is null then round(own_total * share_city, 2)
                when (own_total - own_district) * own_total >= 0
                    then round((own_total - own_district) * share_city / nullif(share_central + share_city, 0), 2)
            end
        )::decimal(18, 2) as city,
        coalesce(own_local, if(own_total is null, null, city + district))::decimal(18, 2) as local
    from shared
)

select
    vintage,
    source,
    batch_id,
    line,
    contract,
    time_basis,
    enterprise_id,
    month,
    paid_month,
    levy,
    levy_item,
    levy_subitem,
    reason,
    tax_period_from,
    tax_period_to,
    is_in_scope,
    in_local_revenue,
    flow,
    flow = 'vat_credit_refund' as is_vat_credit_refund,
    levels_from,
    (
        coalesce(abs(own_total - own_central - own_local), 0)
        + coalesce(abs(own_local - own_city - own_district), 0)
    )::decimal(18, 2) as own_off,
    coalesce(ratio is not null and not has_ratio, false) as is_ratio_unusable,
    local is null or city is null or district is null or coalesce(own_central, own_total - local) is null
        as has_unknown_level,
    own_total as total,
    coalesce(own_central, own_total - local) as central,
    local,
    city,
    district
from leveled
