{{ metrics_of("day") }}
