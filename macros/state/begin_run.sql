{#-
  Opens the bookkeeping of one dbt invocation, in schema `state`:
  `runs` numbers the invocations, `watermarks` says how far each incremental model has come and
  under which settings it was built, `tested` how far each data test has come. Building with other
  settings stops here.
-#}
{% macro begin_run() %}
    {% if is_counted_run() %}
        {% do validate_settings() %}
        {% set create_state %}
            create schema if not exists state;
            create table if not exists state.runs (
                run_number bigint,
                invocation_id varchar,
                command varchar,
                started_at timestamp,
                is_empty boolean
            );
            create table if not exists state.watermarks (
                model_name varchar,
                load_number bigint,
                run_number bigint,
                reporting_currency varchar,
                reporting_timezone varchar,
                refund_dating varchar,
                cost_report_top_values varchar,
                layout_version varchar,
                built_in_run bigint,
                as_of timestamp
            );
            -- A warehouse of an older version is told to rebuild like one with other settings.
            alter table state.watermarks add column if not exists cost_report_top_values varchar;
            alter table state.watermarks add column if not exists built_in_run bigint;
            alter table state.watermarks add column if not exists layout_version varchar;
            alter table state.watermarks add column if not exists as_of timestamp;
            create table if not exists state.tested (
                test_id varchar,
                load_number bigint,
                run_number bigint
            );
            {% if flags.FULL_REFRESH %}
                delete from state.tested;
            {% endif %}
        {% endset %}
        {% do run_query(create_state) %}
        {% if flags.WHICH in ['build', 'run'] and not has_raw_zone() %}
            {{ exceptions.raise_compiler_error(
                "There is no raw zone at '" ~ get_raw_zone() ~ "': run python scripts/load_raw.py first."
            ) }}
        {% endif %}
        {% if flags.WHICH in ['build', 'run'] and not flags.FULL_REFRESH %}
            {% do _refuse_other_settings() %}
        {% endif %}
        {% do run_query(_insert_run()) %}
    {% endif %}
{% endmacro %}


{#- Whether this command is one that the bookkeeping counts: it may change tables or tests them. -#}
{% macro is_counted_run() %}
    {{ return(execute and flags.WHICH in ["build", "run", "seed", "test", "snapshot", "retry"]) }}
{% endmacro %}


{% macro _insert_run() %}
    insert into state.runs
    select
        coalesce(max(run_number), 0) + 1,
        {{ text_literal(invocation_id) }},
        {{ text_literal(flags.WHICH) }},
        cast({{ text_literal(run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f")) }} as timestamp),
        {{ "true" if flags.EMPTY else "false" }}
    from state.runs
{% endmacro %}


{% macro _refuse_other_settings() %}
    {% for name in get_settings() %}
        {% set built_with = run_query("select distinct " ~ name ~ " from state.watermarks").columns[0].values() %}
        {% for value in built_with if value != get_settings()[name] %}
            {{ exceptions.raise_compiler_error(
                "The warehouse was built with " ~ name ~ " '" ~ value ~ "', this run asks for '"
                ~ get_settings()[name] ~ "': run with --full-refresh."
            ) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}
