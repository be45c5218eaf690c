{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of which rows are recorded and which repeat a recorded one, as each run found it. An event
-- that lands later but happened earlier can turn a copy into a recorded row and the reverse, so all
-- rows of a key are judged anew when it has a new one. A row without a line is recorded.

{% set first_new_row = get_first_new_row() %}

with recursive repeated_keys as (

    select idempotency_key
    from {{ ref("base_paygentic__events") }}
    where
        reject_reason is null
        and idempotency_key is not null
        {% if is_incremental() %}
            and idempotency_key in (
                select new_rows.idempotency_key
                from {{ ref("base_paygentic__events") }} as new_rows
                where
                    new_rows.reject_reason is null
                    and new_rows.raw_row_number >= {{ first_new_row }}
            )
        {% endif %}
    group by idempotency_key
    having count(*) > 1

),

repeated_rows as (

    select
        events.raw_row_number,
        events.idempotency_key,
        events.content_fingerprint,
        events.occurred_at
    from {{ ref("base_paygentic__events") }} as events
    inner join repeated_keys
        on events.idempotency_key = repeated_keys.idempotency_key
    where events.reject_reason is null

),

-- Of the rows at one time only the first landed can be recorded.
candidates as (

    select
        idempotency_key,
        occurred_at,
        min(raw_row_number) as raw_row_number
    from repeated_rows
    group by idempotency_key, occurred_at

),

-- If a candidate is recorded, the next one recorded is the first at least 24 hours later.
linked as (

    select
        raw_row_number,
        row_number() over (partition by idempotency_key order by occurred_at) = 1 as is_first,
        first_value(raw_row_number) over (
            partition by idempotency_key
            order by occurred_at
            range between interval 24 hour following and unbounded following
        ) as next_raw_row_number
    from candidates

),

recorded as (

    select
        raw_row_number,
        next_raw_row_number
    from linked
    where is_first
    union all
    select
        linked.raw_row_number,
        linked.next_raw_row_number
    from recorded
    inner join linked
        on recorded.next_raw_row_number = linked.raw_row_number

),

-- The windows of a key, counted: each begins with a recorded row.
in_windows as (

    select
        repeated_rows.*,
        count(recorded.raw_row_number) over (
            partition by repeated_rows.idempotency_key
            order by repeated_rows.occurred_at, repeated_rows.raw_row_number
            rows between unbounded preceding and current row
        ) as window_number
    from repeated_rows
    left outer join recorded
        on repeated_rows.raw_row_number = recorded.raw_row_number

),

compared as (

    select
        raw_row_number,
        idempotency_key,
        row_number() over (
            partition by idempotency_key, window_number
            order by occurred_at, raw_row_number
        ) > 1 as is_copy,
        content_fingerprint = first_value(content_fingerprint) over (
            partition by idempotency_key, window_number
            order by occurred_at, raw_row_number
        ) as is_same_content
    from in_windows

),

judged as (

    select
        raw_row_number,
        idempotency_key,
        is_copy,
        case
            when is_copy and is_same_content then 'duplicate_delivery'
            when is_copy then 'conflicting_duplicate'
        end as reject_reason
    from compared

),

logged as (

    {% if is_incremental() %}
        select
            raw_row_number,
            reject_reason
        from {{ this }}
        where idempotency_key in (select repeated_keys.idempotency_key from repeated_keys)
        qualify row_number() over (partition by raw_row_number order by run_number desc) = 1
    {% else %}
        select
            raw_row_number,
            reject_reason
        from judged
        where false
    {% endif %}

),

changed as (

    select
        judged.raw_row_number,
        judged.idempotency_key,
        judged.is_copy,
        judged.reject_reason,
        {{ this_run_number() }} as run_number
    from judged
    left outer join logged
        on judged.raw_row_number = logged.raw_row_number
    where judged.reject_reason is distinct from logged.reject_reason

)

select * from changed
