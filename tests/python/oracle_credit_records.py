"""What the oracle of credits reads from records: benefits, grants, subscriptions, prices, seats.

Written from `spec/polar.md`, sections 5, 6, 10 and 11, and `spec/credits.md`, part A.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from oracle_values import MISSING, NUMBER_TEXT, RejectError, parse_time

MOST_UNIT_DIGITS = 18
PAID_STATUSES = ("paid", "refunded", "partially_refunded")
SEED = "seed"


@dataclass(frozen=True)
class Benefit:
    """A credit that a product gives.

    Attributes:
        benefit_id: its key; one of the seed is named by product and meter.
        meter_id: what it credits.
        units: how much.
        is_rolled_over: whether what is left of it outlives a reset.
    """

    benefit_id: str
    meter_id: str
    units: int
    is_rolled_over: bool


@dataclass(frozen=True)
class Grant:
    """One `benefit_grants` record; its benefit is None when it credits nothing."""

    customer_id: str | None
    subscription_id: str | None
    order_id: str | None
    benefit: Benefit | None
    granted_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Price:
    """What a unit of a meter costs, in minor units."""

    price_id: str
    meter_id: str
    unit_amount: Decimal
    cap_amount: int | None
    currency: str
    created_at: datetime | None


@dataclass(frozen=True)
class Subscription:
    """One subscription.

    Attributes:
        subscription_id: its key.
        customer_id: who pays.
        status: as the record has it.
        started_at: None before it begins.
        trial_end: also one that does not matter.
        current_period_start: of the period in which the record was exported.
        end: the earlier of `ended_at` and `ends_at`.
        paused_at: since when it is paused; None when it is not.
        interval: day, week, month or year.
        interval_count: how many of these a period has.
        has_meter_interval: whether that is the interval of the product's meters.
        prices: the metered ones.
        benefits: those of its product, also by the seed.
    """

    subscription_id: str
    customer_id: str
    status: str
    started_at: datetime | None
    trial_end: datetime | None
    current_period_start: datetime | None
    end: datetime | None
    paused_at: datetime | None
    interval: str
    interval_count: int
    has_meter_interval: bool
    prices: tuple[Price, ...]
    benefits: tuple[Benefit, ...]

    def is_billable(self, instant: datetime) -> bool:
        """Whether usage that is received at an instant can be charged to it."""
        if self.started_at is None or instant < self.started_at:
            return False
        if self.end is not None and instant >= self.end:
            return False
        if self.status in ("incomplete", "incomplete_expired"):
            return False
        if self.paused_at is not None and instant >= self.paused_at:
            return False
        if self.status == "unpaid":
            return self.current_period_start is not None and instant < self.current_period_start
        return True

    def prices_of(self, meter_id: str) -> list[Price]:
        """Return what it asks for a meter."""
        return [price for price in self.prices if price.meter_id == meter_id]


@dataclass(frozen=True)
class Order:
    """One order that is paid, of a product that does not recur, outside of subscriptions."""

    order_id: str
    customer_id: str
    created_at: datetime
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True)
class Seat:
    """One seat of a subscription that somebody claimed."""

    seat_id: str
    subscription_id: str
    customer_id: str
    claimed_at: datetime
    revoked_at: datetime | None

    def is_held(self, instant: datetime) -> bool:
        """Whether it is claimed at an instant and not yet revoked."""
        return self.claimed_at <= instant and (self.revoked_at is None or instant < self.revoked_at)


def read_time(record: Mapping, name: str) -> datetime | None:
    """Read an instant of a record, None when it is absent."""
    return None if record.get(name) is None else parse_time(record[name])


def read_units(given: object, is_text: bool = False) -> int:
    """Read a number of units.

    Args:
        given: what the definition or event has, `MISSING` when nothing.
        is_text: whether numbers are written as texts there.

    Raises:
        RejectError: `unreadable_units`, anything but a whole number of at most 18 digits.
    """
    if is_text and isinstance(given, str) and NUMBER_TEXT.fullmatch(given):
        given = Decimal(given)
    if not isinstance(given, int | Decimal) or isinstance(given, bool):
        raise RejectError("unreadable_units")
    number = Decimal(given)
    if number and (number.adjusted() >= MOST_UNIT_DIGITS or number != number.to_integral_value()):
        raise RejectError("unreadable_units")
    return int(number)


def read_benefit(record: Mapping) -> Benefit | None:
    """Read a benefit.

    Args:
        record: of `polar/benefits`, or embedded in a product or grant.

    Returns:
        The benefit, None when it is of another type.

    Raises:
        RejectError: its units cannot be read.
    """
    if record.get("type") != "meter_credit":
        return None
    properties = record.get("properties") or {}
    return Benefit(
        benefit_id=record["id"],
        meter_id=properties["meter_id"],
        units=read_units(properties.get("units", MISSING)),
        is_rolled_over=properties.get("rollover") is True,
    )


def read_price(record: Mapping) -> Price | None:
    """Read a price, None when it is not metered."""
    if record.get("amount_type") != "metered_unit":
        return None
    return Price(
        price_id=record["id"],
        meter_id=record["meter_id"],
        unit_amount=Decimal(record["unit_amount"]),
        cap_amount=record.get("cap_amount"),
        currency=record["price_currency"],
        created_at=read_time(record, "created_at"),
    )


class CreditRecords:
    """All that credits and metered charges are made of but events and meters.

    Args:
        records: the newest version of each record by entity: `subscriptions`, `orders`, `products`,
            `benefits`, `benefit_grants`, `customer_seats`, `meters`; each may be absent.
        definitions: rows of the seed `credit_benefit_definitions`, as texts.
    """

    def __init__(
        self,
        records: Mapping[str, Iterable[Mapping]],
        definitions: Iterable[Mapping[str, str]] = (),
    ) -> None:
        def all_of(entity: str) -> list[Mapping]:
            return list(records.get(entity, ()))

        # Source, id and reason.
        self.rejected: list[tuple[str, str, str]] = []
        self._products = {record["id"]: record for record in all_of("products")}
        self._benefits = self._read_benefits(all_of("benefits"))
        self._seeded = self._read_definitions(definitions)
        self.meter_created_at = {
            record["id"]: read_time(record, "created_at") for record in all_of("meters")
        }
        self.subscriptions = {
            record["id"]: self._read_subscription(record) for record in all_of("subscriptions")
        }
        self.orders = [
            order for record in all_of("orders") if (order := self._read_order(record)) is not None
        ]
        self.grants = [self._read_grant(record) for record in all_of("benefit_grants")]
        self.seats = [
            Seat(
                seat_id=record["id"],
                subscription_id=record["subscription_id"],
                customer_id=record["customer_id"],
                claimed_at=parse_time(record["claimed_at"]),
                revoked_at=read_time(record, "revoked_at"),
            )
            for record in all_of("customer_seats")
            if record.get("claimed_at") and record.get("customer_id")
        ]

    # Benefits

    def _read_benefits(self, records: list[Mapping]) -> dict[str, Benefit | None]:
        benefits: dict[str, Benefit | None] = {}
        for record in records:
            try:
                benefits[record["id"]] = read_benefit(record)
            except RejectError as reject:
                benefits[record["id"]] = None
                self.rejected.append(("polar/benefits", record["id"], str(reject)))
        return benefits

    def _read_definitions(self, rows: Iterable[Mapping[str, str]]) -> dict[str, list[Benefit]]:
        """Read the seed: product -> benefits."""
        seeded: dict[str, list[Benefit]] = {}
        for row in rows:
            key = f"{row['product_id']}:{row['meter_id']}"
            try:
                benefit = Benefit(
                    benefit_id=f"{SEED}:{key}",
                    meter_id=row["meter_id"],
                    units=read_units(row["units"], is_text=True),
                    is_rolled_over=row["rollover"] == "true",
                )
            except RejectError as reject:
                self.rejected.append((SEED, key, str(reject)))
                continue
            seeded.setdefault(row["product_id"], []).append(benefit)
        return seeded

    def _find_benefit(self, benefit_id: str, embedded: Mapping | None) -> Benefit | None:
        """Return a benefit by its own record, else by one that is embedded."""
        if benefit_id in self._benefits:
            return self._benefits[benefit_id]
        if embedded is None:
            return None
        try:
            return read_benefit(embedded)
        except RejectError:
            return None

    def _benefits_of(self, product_id: str | None, embedded: Mapping) -> tuple[Benefit, ...]:
        """Return what a product gives.

        Args:
            product_id: the product, if there is one.
            embedded: its record as the subscription has it.
        """
        given = self._products.get(product_id, {}).get("benefits")
        if given is None:
            given = embedded.get("benefits") or []
        found = [self._find_benefit(benefit["id"], benefit) for benefit in given]
        found += self._seeded.get(product_id, [])
        return tuple(benefit for benefit in found if benefit is not None)

    # What benefits are held through

    def _read_subscription(self, record: Mapping) -> Subscription:
        product_id = record.get("product_id")
        embedded = record.get("product") or {}
        product = self._products.get(product_id, embedded)
        prices = record.get("prices")
        if prices is None:
            prices = product.get("prices") or []
        has_meter_interval = product.get("meter_interval") is not None
        stepping, prefix = (product, "meter") if has_meter_interval else (record, "recurring")
        ends = [read_time(record, name) for name in ("ended_at", "ends_at")]
        is_paused = record.get("status") == "paused"
        return Subscription(
            subscription_id=record["id"],
            customer_id=record["customer_id"],
            status=record["status"],
            started_at=read_time(record, "started_at"),
            trial_end=read_time(record, "trial_end"),
            current_period_start=read_time(record, "current_period_start"),
            end=min((end for end in ends if end is not None), default=None),
            paused_at=read_time(record, "paused_at") if is_paused else None,
            interval=stepping.get(f"{prefix}_interval"),
            interval_count=stepping.get(f"{prefix}_interval_count") or 1,
            has_meter_interval=has_meter_interval,
            prices=tuple(price for given in prices if (price := read_price(given)) is not None),
            benefits=self._benefits_of(product_id, embedded),
        )

    def _read_order(self, record: Mapping) -> Order | None:
        is_paid = record.get("paid")
        if is_paid is None:
            is_paid = record["status"] in PAID_STATUSES
        product_id = record.get("product_id")
        product = self._products.get(product_id, record.get("product") or {})
        is_recurring = product.get("is_recurring")
        if is_recurring is None:
            is_recurring = product.get("recurring_interval") is not None
        if not is_paid or is_recurring or record.get("subscription_id") is not None:
            return None
        return Order(
            order_id=record["id"],
            customer_id=record["customer_id"],
            created_at=parse_time(record["created_at"]),
            benefits=self._benefits_of(product_id, {}),
        )

    def _read_grant(self, record: Mapping) -> Grant:
        return Grant(
            customer_id=record.get("customer_id"),
            subscription_id=record.get("subscription_id"),
            order_id=record.get("order_id"),
            benefit=self._find_benefit(record["benefit_id"], record.get("benefit")),
            granted_at=read_time(record, "granted_at") or parse_time(record["created_at"]),
            revoked_at=read_time(record, "revoked_at") if record.get("is_revoked") else None,
        )
