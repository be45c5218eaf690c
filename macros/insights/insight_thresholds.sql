{#-
  Which thresholds each detector of `insights` compares with; seed `insight_thresholds` gives their
  values. `confidence` is what all detectors share.
-#}
{% macro insight_thresholds() %}
    {{ return({
        "confidence": ["low_sample", "medium_sample", "high_sample"],
        "cost_per_user": ["minimum_cents", "minimum_change_ratio"],
        "gross_margin": ["healthy_ratio", "critical_ratio", "minimum_move_ratio"],
        "margin_runway": ["maximum_days", "critical_days"],
        "cost_concentration": ["minimum_share_ratio", "critical_share_ratio"],
        "cost_anomaly": [
            "minimum_multiple", "critical_multiple", "minimum_total_amount", "medium_count", "high_count",
        ],
        "mrr_mom": ["minimum_change_ratio"],
        "churn_spike": ["minimum_ratio", "critical_ratio"],
        "negative_margin": ["minimum_loss_amount", "critical_cost_ratio", "maximum_findings"],
        "cost_without_revenue": ["minimum_cost_amount", "maximum_findings"],
    }) }}
{% endmacro %}


{#- Each threshold that is in force as a column `<detector>_<threshold>`. -#}
{% macro threshold_columns() %}
    {% for detector, thresholds in insight_thresholds().items() %}
        {% set is_last = loop.last %}
        {% for threshold in thresholds %}
            max(threshold_value) filter (where detector = '{{ detector }}' and threshold = '{{ threshold }}')
                as {{ detector }}_{{ threshold }}
            {{- "," if not (is_last and loop.last) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}
