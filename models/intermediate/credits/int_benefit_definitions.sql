-- Every benefit of type `meter_credit`, by its newest version wherever it is told: landed itself,
-- or embedded in products, subscriptions and grants; and the rows of the seed.

with landed as (

    select
        benefit_id,
        benefit_type,
        properties,
        raw_row_number,
        created_at,
        modified_at,
        1 as source_rank
    from {{ ref("stg_polar__benefits") }}

),

embedded as (

    select
        {{ unnest_list("benefits") }} as benefit,
        raw_row_number
    from {{ ref("stg_polar__products") }}
    union all
    select
        {{ unnest_list("embedded_benefits") }} as benefit,
        raw_row_number
    from {{ ref("stg_polar__subscriptions") }}
    union all
    select
        benefit,
        raw_row_number
    from {{ ref("stg_polar__benefit_grants") }}

),

told as (

    select * from landed
    union all
    select
        {{ read_identifier("benefit.id") }} as benefit_id,
        {{ read_text("benefit.type") }} as benefit_type,
        benefit.properties,
        raw_row_number,
        {{ read_timestamp("benefit.created_at") }} as created_at,
        {{ read_timestamp("benefit.modified_at") }} as modified_at,
        2 as source_rank
    from embedded

),

newest as (

    select *
    from told
    where benefit_id is not null
    qualify
        row_number() over (
            partition by benefit_id
            order by
                coalesce(modified_at, created_at) desc nulls last,
                source_rank,
                raw_row_number desc
        ) = 1

),

polar as (

    select
        'polar/benefits' as definition_source,
        benefit_id,
        cast(null as string) as product_id,
        {{ read_identifier("properties.meter_id") }} as meter_id,
        {{ read_whole_number("properties.units") }} as units,
        {{ is_unreadable("properties.rollover", read_boolean("properties.rollover")) }}
            as is_unreadable_rollover,
        coalesce({{ read_boolean("properties.rollover") }}, false) as is_rollover
    from newest
    where benefit_type = 'meter_credit'

),

given as (

    select
        {{ definition_columns(
            ref("credit_benefit_definitions"), ["product_id", "meter_id", "units", "rollover"]
        ) }}
    from {{ ref("credit_benefit_definitions") }}

),

seeded as (

    select
        'seed' as definition_source,
        coalesce(product_id, '') || '/' || coalesce(meter_id, '') || '/'
        || coalesce(lower(rollover), 'false') as benefit_id,
        product_id,
        meter_id,
        {{ read_integer("units") }} as units,
        coalesce(lower(rollover) not in ('true', 'false'), false) as is_unreadable_rollover,
        coalesce(lower(rollover) = 'true', false) as is_rollover
    from given

),

combined as (

    select * from polar
    union all
    select * from seeded

),

judged as (

    select
        definition_source,
        benefit_id,
        product_id,
        meter_id,
        units,
        is_rollover,
        case
            when
                definition_source = 'seed'
                and count(*) over (partition by definition_source, benefit_id) > 1
                then 'duplicate_definition'
            when definition_source = 'seed' and product_id is null then 'missing_product_id'
            when meter_id is null then 'missing_meter_id'
            when units is null then 'unreadable_units'
            when is_unreadable_rollover then 'unreadable_rollover'
        end as reject_reason
    from combined

)

select * from judged
