{#-
  A data test of a table of events knows by its own watermark which loads it has seen, as a model
  does (`watermarks.sql`): in `dbt build` and `dbt test` it looks at rows of newer loads only.

  * `get_news` in a test gives the loads and changes since the test last passed. A test that failed,
    warned, was skipped or never reached looks at the same loads again, next time and until it passes.
  * What a passing test has seen is what every model of the project reflects, so a test that ran while
    some model lagged behind sees the rest later.
  * A full refresh makes all rows new again. `make audit` (variable `audit`) looks at all rows, and a
    test that fails then has seen nothing: it looks at all rows until it passes.
  * Which commands built and tested, and in how many invocations, does not matter. A run that is
    killed before it ends records nothing: its tests look again.

  A test opts in: in YAML by `where: raw_row_number >= first_new_row` or by the arguments `new_in` and
  `new_by` of `unique_grain`, in SQL by `get_first_new_row()` or `get_news()`.
-#}


{#- What the test that is compiling has not seen yet, in the shape of `get_news`. -#}
{% macro get_untested() %}
    {% set everything = {"is_first": true, "load_number": 0, "run_number": 0} %}
    {% if not execute or var("audit") %}
        {{ return(everything) }}
    {% endif %}
    {% set names = get_ancestor_names(model.unique_id) %}
    {% set tested_query %}
        select load_number, run_number
        from state.tested
        where
            test_id = {{ text_literal(model.unique_id) }}
            {% if names %}
                -- What was built from nothing since has not been tested.
                and run_number >= (
                    select coalesce(max(ancestors.built_in_run), 0)
                    from state.watermarks as ancestors
                    where ancestors.model_name in ({{ quote_list(names) }})
                )
            {% endif %}
    {% endset %}
    {% set rows = run_query(tested_query).rows %}
    {% if rows | length == 0 %}
        {{ return(everything) }}
    {% endif %}
    {{ return({
        "is_first": false,
        "load_number": rows[0][0] | int,
        "run_number": rows[0][1] | int,
    }) }}
{% endmacro %}


{#-
  At the end of a run: the tests that passed have now seen what all models reflect; those that an audit
  found broken have seen nothing.
-#}
{% macro record_tested(results) %}
    {% set commands = ["build", "test", "retry"] %}
    {% if execute and flags.WHICH in commands and not flags.EMPTY and not flags.SAMPLE %}
        {% set passed = [] %}
        {% set forgotten = [] %}
        {% for result in results if result.node.resource_type == "test" %}
            {% if result.status == "pass" %}
                {% do passed.append(result.node.unique_id) %}
            {% elif var("audit") and result.status != "skipped" %}
                {% do forgotten.append(result.node.unique_id) %}
            {% endif %}
        {% endfor %}
        {% set models = [] %}
        {% for node in graph.nodes.values() if node.resource_type == "model" %}
            {% do models.append(node.name) %}
        {% endfor %}
        {% if passed | length + forgotten | length > 0 %}
            begin transaction;
            delete from state.tested where test_id in ({{ quote_list(passed + forgotten) }});
            insert into state.tested
            with reflected as (
                select
                    min(load_number) as load_number,
                    min(run_number) as run_number
                from state.watermarks
                where model_name in ({{ quote_list(models) }})
            )

            select
                tests.test_id,
                reflected.load_number,
                reflected.run_number
            from reflected
            cross join unnest(cast([{{ quote_list(passed) }}] as varchar[])) as tests(test_id)
            where reflected.load_number is not null;
            commit;
        {% endif %}
    {% endif %}
{% endmacro %}
