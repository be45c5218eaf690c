"""The meters of the benchmark: five that any company would have, then many narrow ones."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar

from sample_data.benchmark import (
    COST_NAMES,
    FEATURES,
    IMAGE_SIZES,
    MODELS,
    REGIONS,
    RENDER_NAME,
    TOKEN_NAME,
    USAGE_NAMES,
)
from sample_data.meters import Filter, Function, Meter, all_of, any_of, clause

Item = TypeVar("Item")

DEFAULT_METERS = 5
MOST_METERS = 100
COMMON_METERS = (
    Meter("llm-calls", "LLM calls", all_of(clause("name", "eq", TOKEN_NAME)), "count"),
    Meter(
        "output-tokens",
        "Output tokens, Lumen's apart",
        all_of(
            any_of(clause("name", "eq", TOKEN_NAME), clause("name", "eq", "chat.message")),
            clause("metadata._llm.vendor", "ne", "lumen"),
        ),
        "sum",
        "_llm.output_tokens",
    ),
    Meter(
        "large-renders",
        "Average amount of a large image",
        all_of(clause("name", "eq", RENDER_NAME), clause("metadata.render.size", "like", "1024")),
        "avg",
        "metadata.render.amount",
    ),
    Meter(
        "features",
        "Features in use in the west of Europe",
        all_of(clause("region", "eq", "eu-west"), clause("name", "ne", "embedding.batch")),
        "unique",
        "metadata.feature",
    ),
    Meter(
        "largest-request",
        "Largest API request",
        all_of(clause("name", "like", "api."), clause("metadata.units", "gt", 25)),
        "max",
        "metadata.units",
    ),
)
FUNCTIONS: tuple[Function, ...] = ("sum", "count", "avg", "unique", "max", "min")
TOKEN_PROPERTIES = ("_llm.output_tokens", "_llm.input_tokens", "metadata._llm.total_tokens")
NAMES = tuple(dict.fromkeys(COST_NAMES))


def benchmark_meters(count: int) -> list[Meter]:
    """Return the first `count` meters, at most `MOST_METERS`.

    Each meter after the common ones counts about 1 % of the events, so that 50 meters count less
    than twice what five count.
    """
    further = (_further_meter(number) for number in range(MOST_METERS - len(COMMON_METERS)))
    return list(islice((*COMMON_METERS, *further), count))


def _further_meter(number: int) -> Meter:
    # Each kind takes its turn; what a meter asks for differs from turn to turn.
    turn, kind = divmod(number, len(KINDS))
    event_filter, number_property, text_property = KINDS[kind](turn)
    function = FUNCTIONS[number % len(FUNCTIONS)]
    value_property = {"count": None, "unique": text_property}.get(function, number_property)
    key = f"further-{number}"
    return Meter(key, f"Further meter {number}", event_filter, function, value_property)


def _of_model(turn: int) -> tuple[Filter, str, str]:
    event_filter = all_of(
        clause("name", "eq", _pick(NAMES, turn)),
        clause("metadata._llm.model", "eq", _pick(MODELS, turn // 4)[1]),
        clause("metadata.region", "eq", _pick(REGIONS, turn + turn // 16)),
    )
    return event_filter, _pick(TOKEN_PROPERTIES, turn), "feature"


def _of_long_inputs(turn: int) -> tuple[Filter, str, str]:
    event_filter = all_of(
        clause("name", "eq", _pick(NAMES, turn)),
        clause("_llm.model", "ne", _pick(MODELS, turn)[1]),
        clause("_llm.input_tokens", "gt", 90_000 + 100 * turn),
    )
    return event_filter, _pick(TOKEN_PROPERTIES, turn + 1), "_llm.model"


def _of_two_features(turn: int) -> tuple[Filter, str, str]:
    one, other = _pick(FEATURES, turn), _pick(FEATURES, turn + 1 + turn // len(FEATURES))
    event_filter = all_of(
        any_of(clause("metadata.feature", "eq", one), clause("metadata.feature", "eq", other)),
        clause("name", "eq", _pick(NAMES, turn)),
        clause("metadata.region", "eq", _pick(REGIONS, turn + 1)),
    )
    return event_filter, _pick(TOKEN_PROPERTIES, turn + 2), "_llm.model"


def _of_many_units(turn: int) -> tuple[Filter, str, str]:
    event_filter = all_of(
        clause("name", "eq", _pick(USAGE_NAMES, turn)),
        clause("units", "gte", 50 - turn % 10),
    )
    return event_filter, "units", "region"


def _of_renders(turn: int) -> tuple[Filter, str, str]:
    event_filter = all_of(
        clause("name", "like", "render"),
        clause("render.size", "eq", _pick(IMAGE_SIZES, turn)),
        clause("region", "ne", _pick(REGIONS, turn)),
        clause("_llm.output_tokens", "lt", 1_000 + 100 * turn),
    )
    return event_filter, "render.amount", "metadata._llm.vendor"


KINDS: tuple[Callable[[int], tuple[Filter, str, str]], ...] = (
    _of_model,
    _of_long_inputs,
    _of_two_features,
    _of_many_units,
    _of_renders,
)


def _pick(items: Sequence[Item], number: int) -> Item:
    return items[number % len(items)]
