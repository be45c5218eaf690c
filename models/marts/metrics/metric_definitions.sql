-- What each metric is, read from where it is said: its column in `_metrics.yml`.

with metrics as (

    {{ metric_columns() }}

)

select * from metrics
