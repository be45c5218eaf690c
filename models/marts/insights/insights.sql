-- What stands out as of `as_of`. Each detector is a macro that ends in a step
-- `<detector>_findings`; what it compares with is in seed `insight_thresholds`.

with thresholds as (

    select {{ threshold_columns() }}
    from {{ ref("int_insight_thresholds") }}
    where reject_reason is null

),

{{ metric_trend() }},

{{ customer_balances() }},

{{ detect_cost_per_user() }},

{{ detect_gross_margin() }},

{{ detect_margin_runway() }},

{{ detect_mrr_mom() }},

{{ detect_churn_spike() }},

{{ detect_cost_concentration() }},

{{ detect_cost_anomaly() }},

{{ detect_negative_margin() }},

{{ detect_cost_without_revenue() }},

{% set detectors = insight_thresholds().keys() | reject("equalto", "confidence") | list %}

found as (

    {% for detector in detectors %}
        select * from {{ detector }}_findings
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

-- A finding over too few subscriptions or customers has no confidence and is none.
identified as (

    select
        detector || ':' || substr(cast({{ as_of_date() }} as string), 1, 7)
        || coalesce(':' || subject, '') as insight_id,
        detector,
        severity,
        confidence,
        what,
        why,
        evidence
    from found
    where confidence is not null

)

select * from identified
