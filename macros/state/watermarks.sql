{#-
  An incremental model knows by its watermark which loads and which runs its rows reflect.
  `get_news` is read when the model compiles, `record_watermark` runs after it in the same
  transaction, so a crash leaves model and watermark as they were, together.
-#}


{#-
  What a model, or a data test (`tested.sql`), has not seen yet:
    is_first     no rows of it can be trusted: select everything. So it is for a model that was never
                 built, and for one of which an ancestor was built from nothing since: that ancestor no
                 longer knows what it changed before, for example which traces lost events.
    load_number  loads above this number are new
    run_number   changes logged by runs above this number are new
    as_of        the clock when it last ran, as a literal
    built_in_run the run that built it from nothing
  A model that is cut by the clock (`meta: {is_cut_by_clock: true}`) begins anew when the clock was set back.
-#}
{% macro get_news() %}
    {% set answers = get_answers() %}
    {% if "news" not in answers %}
        {% do answers.update({"news": get_untested() if model.resource_type == "test" else _get_unseen()}) %}
    {% endif %}
    {{ return(answers["news"]) }}
{% endmacro %}


{#-
  What was asked already while this node compiles, or while it runs: nothing of it changes meanwhile, and
  each question is a query.
-#}
{% macro get_answers() %}
    {% do model.setdefault("answers", {}) if execute %}
    {{ return(model["answers"] if execute else {}) }}
{% endmacro %}


{% macro _get_unseen() %}
    {% set first = {"is_first": true, "load_number": 0, "run_number": 0, "as_of": as_of_instant()} %}
    {% set is_built = flags.WHICH in ["build", "run", "retry"] and model.resource_type == "model" %}
    {% if not execute or not (is_built or is_incremental()) %}
        {{ return(first) }}
    {% endif %}
    {% set names = get_ancestor_names(model.unique_id) %}
    {% set query %}
        with ancestors as (

            select * from state.watermarks
            where model_name in ({{ quote_list(names) if names else "''" }})

        ),

        own as (

            select * from state.watermarks
            where
                model_name = {{ text_literal(model.name) }}
                and run_number >= (select coalesce(max(built_in_run), 0) from ancestors)
                {% if model.config.meta.get("is_cut_by_clock") %}
                    and as_of <= {{ as_of_instant() }}
                {% endif %}

        ),

        lagging as (

            select min(model_name) as model_name
            from ancestors
            where load_number < (
                select max(load_number) from state.watermarks where model_name = 'base_loads'
            )

        )

        select
            lagging.model_name,
            own.load_number,
            own.run_number,
            cast(own.as_of as string),
            own.built_in_run
        from lagging
        left outer join own
            on true
    {% endset %}
    {% set found = run_query(query).rows[0] %}
    {% if is_built and found[0] is not none %}
        {% do _refuse_lagging_ancestor(found[0]) %}
    {% endif %}
    {% if found[1] is none or not is_incremental() %}
        {{ return(first) }}
    {% endif %}
    {{ return({
        "is_first": false,
        "load_number": found[1] | int,
        "run_number": found[2] | int,
        "as_of": "cast(" ~ text_literal(found[3]) ~ " as timestamp)",
        "built_in_run": found[4] | int,
    }) }}
{% endmacro %}


{#- Whether any load was registered that a model has not seen; if not, its new rows need no look. -#}
{% macro has_new_loads(news) %}
    {% if not execute or news["is_first"] %}
        {{ return(true) }}
    {% endif %}
    {% set query %}
        select max(load_number) > {{ news["load_number"] }}
        from state.watermarks
        where model_name = 'base_loads'
    {% endset %}
    {{ return(run_query(query).rows[0][0]) }}
{% endmacro %}


{#-
  A model must not pass over loads that a table it reads has not seen, as it might when only some
  models are selected after a run that failed: it would mark them as read, and lose them.
-#}
{% macro _refuse_lagging_ancestor(name) %}
    {{ exceptions.raise_compiler_error(
        "Model " ~ model.name ~ " reads " ~ name ~ ", which has not read the newest loads yet:"
        ~ " run dbt build, or select +" ~ model.name ~ "."
    ) }}
{% endmacro %}


{#- The names of all models that a node descends from. -#}
{% macro get_ancestor_names(unique_id) %}
    {% set names = [] %}
    {% set waiting = [unique_id] %}
    {% for _ in graph.nodes if waiting | length > 0 %}
        {% set node = graph.nodes.get(waiting.pop()) %}
        {% for parent_id in (node.depends_on.nodes if node else []) %}
            {% set parent = graph.nodes.get(parent_id) %}
            {% if parent and parent.resource_type == "model" and parent.name not in names %}
                {% do names.append(parent.name) %}
                {% do waiting.append(parent_id) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{#- Pre-hook: rows that cannot be trusted go, for example those of a run that promised nothing (`--empty`). -#}
{% macro clear_without_watermark() %}
    {% if execute and is_incremental() and get_news()["is_first"] %}
        delete from {{ this }}
    {% endif %}
{% endmacro %}


{#-
  Post-hook: this model now reflects all loads registered before it and the changes that all its
  ancestors reflect, which are those up to this run unless only some models were selected. What was
  emptied (`--empty --full-refresh`) reflects nothing.
-#}
{% macro record_watermark() %}
    {% if execute and flags.EMPTY and flags.FULL_REFRESH %}
        delete from state.watermarks where model_name = {{ text_literal(model.name) }}
    {% elif execute and not flags.EMPTY %}
        {% set settings = get_settings() %}
        {% set built_in_run = this_run_number() if get_news()["is_first"] else get_news()["built_in_run"] %}
        {% set names = get_ancestor_names(model.unique_id) %}
        delete from state.watermarks where model_name = {{ text_literal(model.name) }};
        insert into state.watermarks (
            model_name,
            load_number,
            run_number,
            {{ settings | join(", ") }},
            built_in_run,
            as_of
        )
        select
            {{ text_literal(model.name) }},
            {% if model.name == "base_loads" %}
                (select coalesce(max(load_number), 0) from {{ this }}),
            {% else %}
                (select max(load_number) from state.watermarks where model_name = 'base_loads'),
            {% endif %}
            {% if names %}
                coalesce(
                    (select min(run_number) from state.watermarks where model_name in ({{ quote_list(names) }})),
                    {{ this_run_number() }}
                ),
            {% else %}
                {{ this_run_number() }},
            {% endif %}
            {{ quote_list(settings.values()) }},
            {{ built_in_run }},
            {{ as_of_instant() }}
    {% endif %}
{% endmacro %}


{#- The first position of the raw zone that a model has not seen: rows from here on are new. -#}
{% macro get_first_new_row() %}
    {{ return(get_news()["load_number"] * 4294967296 + 4294967296) }}
{% endmacro %}


{#- The number of the run under way, for logs of changes. -#}
{% macro this_run_number() -%}
    (select max(run_number) from state.runs)
{%- endmacro %}
