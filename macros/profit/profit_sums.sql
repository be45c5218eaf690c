{#-
  The columns of profit over a group of rows of `profit_components_daily` (DESIGN.md, Arithmetic).
  A component in which nothing happened is 0; one of which nothing is known is null; else the sum of
  what is known, beside `unconverted_count`.
-#}
{% macro profit_sums() %}
    {% for component in ["revenue", "refund", "dispute", "fee"] %}
        {{ sum_of_known("amount", "component = '" ~ component ~ "'") }} as {{ component }}_amount,
    {% endfor %}
    {{ sum_of_known(_signed_amount(), "component <> 'cost'") }} as net_revenue_amount,
    {{ sum_of_known("amount", "component = 'cost'") }} as cost_amount,
    {{ sum_of_known(_signed_amount(), "component is not null") }} as profit_amount,
    cast(coalesce(sum(unconverted_count), 0) as bigint) as unconverted_count
{% endmacro %}

{% macro _signed_amount() -%}
    case when component in ('fee', 'cost') then -amount else amount end
{%- endmacro %}

{#- 0 when no row meets the condition, null when nothing is known of those that do. -#}
{% macro sum_of_known(amount, condition) -%}
    case
        when count(*) filter (where {{ condition }}) = 0 then cast(0 as {{ type_money() }})
        else cast(sum({{ amount }}) filter (where {{ condition }}) as {{ type_money() }})
    end
{%- endmacro %}


{#- Profit up to and with the row's period, by customer; unknown profit is no change. -#}
{% macro cumulative_profit(period_column) -%}
    cast(
        sum(coalesce(profit_amount, 0)) over (
            partition by customer_id
            order by {{ period_column }}
            rows between unbounded preceding and current row
        ) as {{ type_money() }}
    )
{%- endmacro %}
