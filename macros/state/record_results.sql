{#-
  Closes the bookkeeping of one dbt invocation, in schema `state`; `scripts/publish.py`
  reads it to decide whether the marts are whole:

    expected_nodes  every enabled model, seed, snapshot and data test of the project as
                    it is now, with what it depends on and how it is described
    node_results    the last result of each of them
    recorded_runs   one row: how far `state.runs` is accounted for, and when the newest
                    run began that may have changed tables and never came to record it

  A node that left the project is forgotten, so nothing here grows with the number of
  runs. All is one transaction: a crash leaves the old bookkeeping, in which this run
  then counts as broken off. Commands that `begin_run` does not count build nothing.
-#}
{% macro record_results(results) %}
    {% if is_counted_run() %}
        begin transaction;
        create schema if not exists state;
        create table if not exists state.node_results (
            unique_id varchar,
            resource_type varchar,
            invocation_id varchar,
            status varchar,
            is_partial boolean,
            started_at timestamp,
            completed_at timestamp
        );
        create table if not exists state.recorded_runs (
            run_number bigint,
            interrupted_at timestamp
        );

        create or replace table state.expected_nodes as {{ rows_from_json(
            _expected_nodes(),
            {
                "unique_id": "VARCHAR",
                "resource_type": "VARCHAR",
                "schema_name": "VARCHAR",
                "table_name": "VARCHAR",
                "materialized": "VARCHAR",
                "description": "VARCHAR",
                "depends_on": ["VARCHAR"],
                "column_descriptions": "MAP(VARCHAR, VARCHAR)",
            }
        ) }};

        create or replace temporary table new_results as {{ rows_from_json(
            _node_results(results),
            {
                "unique_id": "VARCHAR",
                "resource_type": "VARCHAR",
                "invocation_id": "VARCHAR",
                "status": "VARCHAR",
                "is_partial": "BOOLEAN",
                "started_at": "TIMESTAMP",
                "completed_at": "TIMESTAMP",
            }
        ) }};
        delete from state.node_results
        where
            unique_id in (select unique_id from new_results)
            or unique_id not in (select unique_id from state.expected_nodes);
        insert into state.node_results by name select * from new_results;
        drop table new_results;

        {{ _account_for_runs() }}
        commit;
    {% endif %}
{% endmacro %}


{#-
  The nodes that publishing can depend on. Unit tests are about code, not data: they are
  not among them.
-#}
{% macro _expected_nodes() %}
    {% set expected = [] %}
    {% for node in graph.nodes.values() if node.resource_type in _recorded_types() %}
        {% set column_descriptions = {} %}
        {% for column in node.columns.values() if column.description %}
            {% do column_descriptions.update({column.name: column.description}) %}
        {% endfor %}
        {% do expected.append({
            "unique_id": node.unique_id,
            "resource_type": node.resource_type,
            "schema_name": node.schema,
            "table_name": node.alias,
            "materialized": node.config.materialized,
            "description": node.description,
            "depends_on": node.depends_on.nodes | default([], true),
            "column_descriptions": column_descriptions,
        }) %}
    {% endfor %}
    {{ return(expected) }}
{% endmacro %}


{#-
  What became of the nodes that this invocation selected. A skipped node has no times.
  `is_partial`: built from none or some of its rows (`--empty`, `--sample`).
-#}
{% macro _node_results(results) %}
    {% set rows = [] %}
    {% for result in results if result.node.resource_type in _recorded_types() %}
        {% set row = {
            "unique_id": result.node.unique_id,
            "resource_type": result.node.resource_type | string,
            "invocation_id": invocation_id,
            "status": result.status | string,
            "is_partial": true if flags.EMPTY or flags.SAMPLE else false,
        } %}
        {% for step in result.timing if step.name == "execute" and step.completed_at %}
            {% do row.update({
                "started_at": step.started_at.isoformat(),
                "completed_at": step.completed_at.isoformat(),
            }) %}
        {% endfor %}
        {% do rows.append(row) %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}


{% macro _recorded_types() %}
    {{ return(["model", "seed", "snapshot", "test"]) }}
{% endmacro %}


{#-
  Only one process at a time writes to the warehouse, so an earlier run without a record
  was killed, after it had rebuilt nobody knows which tables. A killed `dbt test` has
  rebuilt none.
-#}
{% macro _account_for_runs() %}
    create or replace table state.recorded_runs as
    with recorded as (
        select
            coalesce(max(run_number), 0) as run_number,
            max(interrupted_at) as interrupted_at
        from state.recorded_runs
    ),

    unrecorded as (
        select max(runs.started_at) as started_at
        from state.runs
        cross join recorded
        where
            runs.run_number > recorded.run_number
            and runs.invocation_id <> {{ text_literal(invocation_id) }}
            and runs.command <> 'test'
    )

    select
        (select coalesce(max(run_number), 0) from state.runs) as run_number,
        greatest(recorded.interrupted_at, unrecorded.started_at) as interrupted_at
    from recorded
    cross join unrecorded;
{% endmacro %}
