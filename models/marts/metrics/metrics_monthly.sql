{{ metrics_of("month") }}
