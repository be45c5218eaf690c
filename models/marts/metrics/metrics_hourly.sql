{{ metrics_of("hour") }}
