{{ metrics_of("week") }}
