{#- Gross margin is thin, or moved within 30 days. Without a margin above 0 there is no cost or no revenue to speak of. -#}
{% macro detect_gross_margin() %}
    gross_margin_moves as (

        select
            *,
            -- A margin of 0 is one of which nothing was known.
            case
                when previous_gross_margin_percentage <> 0
                    then gross_margin_percentage - previous_gross_margin_percentage
            end as move_ratio
        from trend

    ),

    gross_margin_judged as (

        select
            moves.*,
            moves.gross_margin_percentage < thresholds.gross_margin_healthy_ratio as is_thin,
            coalesce(moves.move_ratio <= -thresholds.gross_margin_minimum_move_ratio, false)
                as has_fallen,
            coalesce(moves.move_ratio >= thresholds.gross_margin_minimum_move_ratio, false)
                as has_risen
        from gross_margin_moves as moves
        cross join thresholds
        where moves.gross_margin_percentage > 0

    ),

    gross_margin_findings as (

        select
            'gross_margin' as detector,
            cast(null as string) as subject,
            case
                when judged.gross_margin_percentage < thresholds.gross_margin_critical_ratio
                    then 'critical'
                when judged.is_thin or judged.has_fallen then 'warning'
                else 'opportunity'
            end as severity,
            {{ confidence_of_sample("judged.active_subscriptions") }} as confidence,
            'Gross margin ' || case
                when judged.has_fallen then 'fell to '
                when judged.has_risen then 'rose to '
                else 'is '
            end || {{ percent_text("judged.gross_margin_percentage") }}
            || case
                when judged.move_ratio is not null
                    then
                        case when judged.has_fallen or judged.has_risen then ', from ' else ', after ' end
                        || {{ percent_text("judged.previous_gross_margin_percentage") }}
                        || ' 30 days before'
                else ''
            end || ': of every 100 USD of revenue '
            || {{ whole_text("100 * judged.gross_margin_percentage") }}
            || ' USD are left after costs.' as what,
            'It is ' || case
                when judged.is_thin
                    then 'below ' || {{ exact_percent_text("thresholds.gross_margin_healthy_ratio") }}
                else
                    'not below ' || {{ exact_percent_text("thresholds.gross_margin_healthy_ratio") }}
            end || case
                when judged.has_fallen or judged.has_risen
                    then
                        ' and moved by '
                        || {{ points_text("abs(judged.move_ratio)") }}
                        || ' points, at least '
                        || {{ exact_text("100 * thresholds.gross_margin_minimum_move_ratio") }}
                else ''
            end || ', with ' || {{ count_text("judged.active_subscriptions", "active subscription") }}
            || '.' as why,
            {{ trend_evidence("judged") }} as evidence
        from gross_margin_judged as judged
        cross join thresholds
        where judged.is_thin or judged.has_fallen or judged.has_risen

    )
{% endmacro %}
