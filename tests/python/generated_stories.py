"""Stories whose text is too long to be written out: long chains, very long names, deep filters."""

import json
from collections.abc import Iterable

from stories import Story

MAX_DEPTH = 100


def load_generated_stories() -> dict[str, list[Story]]:
    """Return the stories of this module by their set."""
    return {"utc": [_chains(), _long_texts(), _long_meters()]}


def _lines(records: Iterable[dict]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def _chain(name: str, length: int, root_parent: int | None = None) -> list[dict]:
    """Return events of one cent each, of which each is the parent of the next.

    Args:
        name: begins the ids and is the events' name.
        length: number of events.
        root_parent: which of them the first one names as its parent.
    """
    parents = [root_parent, *range(length - 1)]
    return [
        {
            "id": f"{name}_{number:03}",
            "timestamp": f"2026-12-01T10:{number // 60:02}:{number % 60:02}Z",
            "name": name,
            "customer_id": "deep_traces_a",
            **({} if parent is None else {"parent_id": f"{name}_{parent:03}"}),
            "metadata": {"_cost": {"amount": 1, "currency": "usd"}},
        }
        for number, parent in enumerate(parents)
    ]


def _chains() -> Story:
    """Tell of 100, 101 and 102 parents in a row, and of a circle of 100.

    The lower half of the longest chain lands first; then the upper half re-roots it, and what lies
    more than 100 below the new root falls off, each event on its own. All others land upside down.
    """
    deepest = _chain("deep_traces_102", MAX_DEPTH + 3)
    circle = _chain("deep_traces_circle", MAX_DEPTH, root_parent=MAX_DEPTH - 1)
    hanging = {
        **circle[0],
        "id": "deep_traces_hanging",
        "name": "deep_traces_hanging",
        "parent_id": circle[7]["id"],
    }
    lower, upper = deepest[51:], deepest[:51]
    others = [
        *_chain("deep_traces_100", MAX_DEPTH + 1),
        *_chain("deep_traces_101", MAX_DEPTH + 2),
        *circle,
        hanging,
    ]
    # Of 103 events the lower 52 are a chain from number 51 to 102.
    first = """
        trace_id            | event_name      | event_count | depth | cost_amount | own_cost_amount
        deep_traces_102_051 | deep_traces_102 | 52          | 51    | 0.52        | 0.01
    """
    # 100 parents: 101 events. 101 and 102 parents: number 101 and 102 are too deep.
    # In the circle each event is alone, but for number 7 and what hangs off it.
    last = """
        trace_id               | event_name         | event_count | depth | cost_amount
        deep_traces_100_000    | deep_traces_100    | 101         | 100   | 1.01
        deep_traces_101_000    | deep_traces_101    | 101         | 100   | 1.01
        deep_traces_101_101    | deep_traces_101    | 1           | 0     | 0.01
        deep_traces_102_000    | deep_traces_102    | 101         | 100   | 1.01
        deep_traces_102_101    | deep_traces_102    | 1           | 0     | 0.01
        deep_traces_102_102    | deep_traces_102    | 1           | 0     | 0.01
        deep_traces_circle_007 | deep_traces_circle | 2           | 1     | 0.02
    """ + "".join(
        f"{event['id']} | deep_traces_circle | 1 | 0 | 0.01\n"
        for event in circle
        if event is not circle[7]
    )
    # 1.01 + 0.01 over two traces, 1.01 + 2 * 0.01 over three, 99 * 0.01 + 0.02 over a hundred.
    statistics = """
        event_name         | occurrences | customers | total
        deep_traces_100    | 1           | 1         | 1.01
        deep_traces_101    | 2           | 1         | 1.02
        deep_traces_102    | 3           | 1         | 1.03
        deep_traces_circle | 100         | 1         | 1.01
    """
    return Story(
        name="deep_traces",
        files=[
            {"polar/events": _lines(lower)},
            {"polar/events": _lines([*reversed(others), *upper])},
        ],
        expected_after={1: {"cost_traces": first}},
        expected={"cost_traces": last, "cost_trace_statistics": statistics},
    )


def _long_texts() -> Story:
    """Tell of keys, ids and values of a thousand characters, and of a path of sixty steps."""
    key, unit = "k" * 1000, "é'\"{{" * 250
    steps = [f"step {number}" for number in range(60)]
    metadata: dict = {"deep": 4}
    for step in reversed(steps):
        metadata = {step: metadata}
    path = "$" + "".join(f"['{step}']" for step in steps)
    metrics = {
        f"long_texts_{key}": f"$.{key}",
        "long_texts_quoted": "$["
        + json.dumps(key + unit.replace('"', ""), ensure_ascii=False)
        + "]",
        "long_texts_steps": f"{path}.deep",
    }
    event = {
        "id": "long_texts_1",
        "timestamp": "2026-12-01T00:00:00Z",
        "name": f"long_texts_{key}",
        "customer_id": "long_texts_a",
        "metadata": {key: 1, key + unit.replace('"', ""): 2, **metadata, "value": unit},
    }
    return Story(
        name="long_texts",
        files=[
            {
                "paygentic/cost_metrics": _lines(
                    {
                        "id": metric_id,
                        "name": unit,
                        "eventType": event["name"],
                        "valueProperty": value_path,
                        "aggregation": "sum",
                        "currency": "usd",
                        "groupBy": {unit: "$.value", key: f"$.{key}.{key}"},
                    }
                    for metric_id, value_path in metrics.items()
                ),
                "polar/events": _lines([event]),
            }
        ],
        expected={
            "costs_daily": "customer_id | cost_metric_id | date_day | cost_amount | event_count\n"
            + "".join(
                f"long_texts_a | {metric_id} | 2026-12-01 | {amount} | 1\n"
                for metric_id, amount in zip(metrics, (1, 2, 4), strict=True)
            ),
            "cost_by_dimension_daily": "cost_metric_id | dimension_name | dimension_value\n"
            + "".join(
                f"{metric_id} | {unit} | {unit}\n{metric_id} | {key} | (none)\n"
                for metric_id in metrics
            ),
            "rejected_definitions": "definition_id | reject_reason\n",
        },
    )


def _long_meters() -> Story:
    """Tell of meters with texts of a thousand characters, and of filters that are deep or wide.

    In the deep ones each level asks for one more of forty keys. The first event has them all, the
    second lacks the innermost.
    """
    key, value, depth = "k" * 1000, "é'\"{{" * 200, 40
    name = f"long_meters_{key}"

    def clause(subject: str, operator: str, wanted: object) -> dict:
        return {"property": subject, "operator": operator, "value": wanted}

    own = clause("name", "eq", "long_meters")
    deep: dict = {"conjunction": "and", "clauses": [clause(f"step {depth - 1}", "eq", depth - 1)]}
    for number in reversed(range(depth - 1)):
        step = clause(f"step {number}", "gte", number)
        # Every other level is a choice between what is there and what never is.
        never = clause("never", "eq", number)
        clauses = [{"conjunction": "or", "clauses": [never, step]}, deep]
        deep = {"conjunction": "and", "clauses": clauses}
    widest = {"conjunction": "or", "clauses": [clause(key, "eq", f"{n}") for n in range(200)]}
    filters = {
        f"long_meters_{key}": clause(key, "eq", value),
        "long_meters_like": clause(f"metadata.{key}.{key}", "like", value),
        "long_meters_ne": clause(key, "ne", value[:-1]),
        "long_meters_deep": deep,
        "long_meters_wide": {"conjunction": "or", "clauses": [widest, clause(key, "gt", "é'")]},
    }
    meters = [
        {
            "id": meter_id,
            "name": value,
            "created_at": "2026-01-01T00:00:00Z",
            "filter": {"conjunction": "and", "clauses": [own, part]},
            "aggregation": {"func": "sum", "property": f"long.{key}"},
        }
        for meter_id, part in filters.items()
    ]
    too_long = clause(key, "eq", value + "x")
    meters.append(
        {
            **meters[0],
            "id": "long_meters_bad",
            "filter": {"conjunction": "and", "clauses": [own, too_long]},
        }
    )
    nested = {"conjunction": "and", "clauses": [own]}
    for _ in range(100):
        nested = {"conjunction": "and", "clauses": [nested]}
    meters.append({**meters[0], "id": "long_meters_nested", "filter": nested})
    steps = {f"step {number}": number for number in range(depth)}
    event = {
        "id": "long_meters_1",
        "timestamp": "2026-12-01T00:00:00Z",
        "name": "long_meters",
        "customer_id": "long_meters_a",
        "metadata": {key: value, "long": {key: 3}, **steps},
    }
    other = {
        **event,
        "id": "long_meters_2",
        "metadata": {key: {key: "x" + value}, "long": {key: 4}, **steps, f"step {depth - 1}": 0},
    }
    cloud_event = {
        "id": name,
        "source": name,
        "type": name,
        "subject": name,
        "time": "2026-12-01T00:00:00Z",
        "data": {key: {value: "7"}, "unit": value},
    }
    cloud_meter = {
        "slug": f"{name}_openmeter",
        "createdAt": "2026-01-01T00:00:00Z",
        "eventType": name[:1000],
        "aggregation": "MAX",
        "valueProperty": f"$.{key}[{json.dumps(value, ensure_ascii=False)}]",
        "groupBy": {value: "$.unit"},
    }
    cloud_event["type"] = cloud_meter["eventType"]
    counted = {
        f"long_meters_{key}": ["1"],
        "long_meters_like": ["2"],
        "long_meters_ne": ["1"],
        "long_meters_deep": ["1"],
        "long_meters_wide": ["1"],
    }
    quantities = {"1": 3, "2": 4}
    return Story(
        name="long_meters",
        scope=["long_meters_", f"openmeter:{name}"],
        files=[
            {
                "polar/meters": _lines(meters),
                "openmeter/meters": _lines([cloud_meter]),
                "polar/events": _lines([event, other]),
                "openmeter/events": _lines([cloud_event]),
            }
        ],
        expected={
            "meter_events": "event_id | meter_id | quantity\n"
            + f"openmeter:{name}:{name} | {name}_openmeter | 7\n"
            + "".join(
                f"long_meters_{number} | {meter_id} | {quantities[number]}\n"
                for meter_id, numbers in counted.items()
                for number in numbers
            ),
            "meter_usage_by_dimension_daily": "customer_id | dimension_name | dimension_value\n"
            + f"external:{name} | {value} | {value}\n",
            "rejected_definitions": "definition_id | place | reject_reason\n"
            + "long_meters_bad | filter.clauses[1].value | unreadable_value\n"
            + "long_meters_nested | filter | nested_too_deep\n",
        },
    )
