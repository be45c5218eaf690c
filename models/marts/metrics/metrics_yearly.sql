{{ metrics_of("year") }}
