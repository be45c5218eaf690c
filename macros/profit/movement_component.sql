{#- The component of profit that a revenue movement's amount belongs to; its fee is one of its own. -#}
{% macro movement_component() -%}
    case
        when movement_kind in ('order', 'credit_order') then 'revenue'
        when movement_kind in ('refund', 'refund_reversal') then 'refund'
        else 'dispute'
    end
{%- endmacro %}
