"""The ground that the oracle stands on: landed files, exact numbers, instants and lines.

Nothing here is shared with the dbt models. Every number is a `Decimal` or an `int`.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal

# 200 digits hold every product of the tests exactly, so that only the named rounding steps round.
EXACT = Context(prec=200, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)
MONEY_DECIMALS = 14
RATIO_DECIMALS = 12
MOST_WHOLE_DIGITS = 15
RATE_DECIMALS = 8
# At how many decimals numbers of records are read.
READ_DECIMALS = 20
SMALLEST_DOUBLE_EXPONENT = -308
LONGEST_LINE = 16 * 1024 * 1024

# Exponents of the currencies that tests use; anything else is not a currency here.
CURRENCY_EXPONENTS = {
    "usd": 2,
    "eur": 2,
    "gbp": 2,
    "inr": 2,
    "jpy": 0,
    "krw": 0,
    "kwd": 3,
    "bhd": 3,
}

NUMBER_TEXT = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
TIME_TEXT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)

MISSING = object()
NOT_A_NUMBER = object()


@dataclass(frozen=True)
class LandedFile:
    """One landed file, as the raw zone saw it.

    Attributes:
        source: `polar`, `paygentic`, `openmeter` or `reference`.
        entity: `events`, `orders`, ...
        source_file: the file's name, as tests refer to it.
        loaded_at: load time, UTC with a zone.
        content: the file's bytes.
        load_id: the load's key in the raw zone; cases by hand do without and are named by the file.
    """

    source: str
    entity: str
    source_file: str
    loaded_at: datetime
    content: bytes
    load_id: str = ""


@dataclass(frozen=True)
class Settings:
    """The dbt variables.

    Attributes:
        as_of: the only clock, UTC with a zone.
        reporting_currency: lower-case ISO 4217 code.
        reporting_timezone: IANA zone of all days and months.
        refund_dating: `refund` or `order`.
        cost_report_top_values: how many values of a slice the monthly report lists.
    """

    as_of: datetime
    reporting_currency: str = "usd"
    reporting_timezone: str = "UTC"
    refund_dating: str = "refund"
    cost_report_top_values: int = 10


@dataclass
class Row:
    """One landed line that holds a readable object."""

    file: LandedFile
    line_number: int
    record: dict
    values: dict = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Load and line: the identity of an event that has none of its own."""
        return f"{self.file.load_id or self.file.source_file}:{self.line_number}"

    @property
    def landed_order(self) -> tuple[datetime, int]:
        """Load times are strictly increasing over a zone, so that the load id never decides."""
        return (self.file.loaded_at, self.line_number)


@dataclass(frozen=True)
class Event:
    """One accepted event of any source, as costs, traces and meters see it.

    Attributes:
        event_id: its key in the marts.
        source_system: `polar`, `paygentic` or `openmeter`.
        name: what cost metrics call its event type.
        event_source: `user` or `system`.
        customer_id: the customer as resolved in the end.
        occurred_at: its timestamp, else the load time.
        ingested_at: when it was received, as far as it is known.
        payload: where the paths of metrics start; `MISSING` without any.
        source_file: the file that it landed in.
        landed_order: says which of two events landed first.
        polar_id: the record's `id`.
        external_id: the sender's own id.
        parent_id: what the record says of its parent.
    """

    event_id: str
    source_system: str
    name: str
    event_source: str
    customer_id: str
    occurred_at: datetime
    ingested_at: datetime
    payload: object
    source_file: str = ""
    landed_order: tuple[datetime, int] | None = None
    polar_id: str | None = None
    external_id: str | None = None
    parent_id: str | None = None


class RejectError(Exception):
    """Carries the reject reason of a row or value."""


class DuplicateKeyDict(dict):
    """An object that had a key twice: the JSON text alone shows it, the parsed form would not."""


def _object(pairs: list[tuple[str, object]]) -> dict:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else DuplicateKeyDict(pairs)


def parse_json(text: str) -> object:
    """Parse JSON with every number exact.

    Args:
        text: one record.

    Returns:
        Integers as `int`, other numbers as `Decimal`, NaN and Infinity as `NOT_A_NUMBER`.

    Raises:
        RejectError: `malformed_json`.
    """
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_int=lambda digits: int(digits) if len(digits) < 1000 else Decimal(digits),
            parse_constant=lambda _: NOT_A_NUMBER,
            object_pairs_hook=_object,
        )
    except ValueError as error:
        raise RejectError("malformed_json") from error


def parse_amount(value: object) -> Decimal | None:
    """Read a cost amount as the table "Value" of `spec/cost_metrics.md` says.

    Args:
        value: what the path found, `MISSING` when nothing.

    Returns:
        The exact number, or None for missing and null.

    Raises:
        RejectError: `unreadable_cost_amount`.
    """
    if value is MISSING or value is None:
        return None
    if isinstance(value, str) and NUMBER_TEXT.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise RejectError("unreadable_cost_amount")


def parse_time(value: object) -> datetime:
    """Read an instant.

    Args:
        value: ISO 8601 text with an offset, or unix seconds or milliseconds.

    Returns:
        The instant in UTC.

    Raises:
        ValueError: anything else.
    """
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        seconds = Decimal(value) if abs(value) < 10**11 else EXACT.scaleb(Decimal(value), -3)
        microseconds = int(EXACT.scaleb(seconds, 6).to_integral_value())
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    if isinstance(value, str) and TIME_TEXT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC)
    raise ValueError(value)


def round_to(value: Decimal, decimals: int) -> Decimal:
    """Round half away from zero; a value too small to matter becomes zero whatever its exponent."""
    if not value or value.adjusted() < -(decimals + 5):
        return Decimal(0)
    return value.quantize(Decimal(1).scaleb(-decimals), context=EXACT)


def loses_digits(number: Decimal, decimals: int, factor: Decimal = Decimal(1)) -> bool:
    """Whether rounding a number, or what it is multiplied to, is counted as a loss.

    What lies beyond the decimals that are read is seen only where nothing else is left.
    """
    read = round_to(number, READ_DECIMALS)
    if not read:
        return bool(number) and number.adjusted() >= SMALLEST_DOUBLE_EXPONENT
    product = EXACT.multiply(read, factor)
    return product != round_to(product, decimals)


def has_too_many_whole_digits(value: Decimal) -> bool:
    """Whether the value has more than 15 digits before the point."""
    return bool(value) and value.adjusted() >= MOST_WHOLE_DIGITS


def read_lines(file: LandedFile) -> Iterable[tuple[int, str, str | None]]:
    """Yield line number, text and landing problem of each line that is not blank."""
    for line_number, line in enumerate(file.content.split(b"\n"), start=1):
        if line_number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        line = line.removesuffix(b"\r")
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            yield line_number, "", "line_too_long"
            continue
        try:
            yield line_number, line.decode("utf-8"), None
        except UnicodeDecodeError:
            yield line_number, "", "invalid_encoding"


def sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Sum what is known: zero of nothing, None when there is something and none of it is known."""
    amounts = list(amounts)
    known = [amount for amount in amounts if amount is not None]
    if amounts and not known:
        return None
    total = Decimal(0)
    for amount in known:
        total = EXACT.add(total, amount)
    return total
