{#-
  Whether a row of subscriptions brings recurring revenue at an instant: as at the end of a bucket that
  ends there (spec/polar.md 8.2), so that months by this rule and `metrics_monthly` agree.
-#}
{% macro is_paying_at(instant) -%}
    (
        coalesce(started_at < {{ instant }}, true)
        and coalesce(coalesce(ended_at, ends_at) >= {{ instant }}, true)
        and coalesce(trial_ended_at < {{ instant }}, true)
    )
{%- endmacro %}
