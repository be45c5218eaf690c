"""What the sample's customers do, event by event, and what each event costs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sample_data.chance import Chance
from sample_data.company import (
    EARLY_USAGE_CUSTOMERS,
    YEAR_END,
    YEAR_START,
    Customer,
    Plan,
    random_moment,
)

DAY_SECONDS = 86_400
EARLY_USAGE_DAYS = 30
LAST_SESSION_START = YEAR_END - timedelta(minutes=5)
LATE_PER_THOUSAND = 15
LATE_DAYS_LOW, LATE_DAYS_HIGH = 3, 55
DELIVERY_SECONDS = 90

SESSIONS_PER_DAY = {"starter": 330, "pro": 760, "business": 1150}
"""Thousandths of a session on a working day, by plan; other segments follow."""

HEAVY_SESSIONS, TOP_UP_SESSIONS, VISITOR_SESSIONS, TRIAL_SESSIONS = 1400, 250, 300, 200
PERSONALITIES = (600, 800, 1000, 1200, 1400)
"""Thousandths by which single customers use less or more than the others of their plan."""

WEEKEND_SHARE = 400
SESSION_KINDS = [
    ("chat.message", 50),
    ("agent.run", 22),
    ("embedding.batch", 8),
    ("document.uploaded", 12),
    ("api.request", 8),
]
HEAVY_SESSION_KINDS = [("chat.message", 40), ("agent.run", 50), ("embedding.batch", 10)]

UNKNOWN_EXTERNAL_IDS = ("account-gone-1", "account-gone-2")
UNKNOWN_CUSTOMER_EVENTS = 45
UNATTRIBUTED_EVENTS = 60
PROMPT_EVENTS = 6
PROMPT_TEXT = "sample prompt text: must not appear in any mart"
UNREADABLE_AMOUNTS: tuple[tuple[object, str], ...] = (
    ("n/a", "usd"),
    ("", "usd"),
    (True, "usd"),
    ("1_000", "usd"),
    ("0.5", "doubloon"),
    ("0.5", ""),
)
EXACTNESS_AMOUNTS = ("0.30000000000000004", "1e-7", "1234.567890123456", "-12.5")
"""Amounts that a float bends, or that have more decimals than are kept, and a credit note."""

RENDER_CUSTOMER_STEP = 6
RENDERS_PER_THOUSAND_DAYS = 130
RENDER_CENTS_BY_SIZE = {"small": "1.2", "medium": "4.025", "large": "16.8125"}

MILLIONTH = 1_000_000
MAXIMUM_DECIMALS = 12


@dataclass(frozen=True)
class Model:
    """A language model. Prices are cents per million tokens, `surcharge` is in millionths."""

    vendor: str
    name: str
    input_price: int
    output_price: int
    currency: str = "usd"
    surcharge: int = MILLIONTH


ATLAS_PRICE_RISE = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
ATLAS_LARGE = Model("northwind", "atlas-large", 500, 2500)
ATLAS_LARGE_DEARER = Model("northwind", "atlas-large", 900, 4500)
ATLAS_SMALL = Model("northwind", "atlas-small", 80, 400)
ATLAS_EMBED = Model("northwind", "atlas-embed", 13, 0)
TIDE = Model("fjord", "tide-2", 250, 1000, surcharge=1_034_517)
LUMEN = Model("lumen", "lumen-medium", 200, 600, currency="eur")
MODEL_CHOICES = [(ATLAS_LARGE, 30), (ATLAS_SMALL, 32), (TIDE, 26), (LUMEN, 12)]
HEAVY_MODEL_CHOICES = [(ATLAS_LARGE, 75), (TIDE, 25)]


@dataclass(slots=True)
class Event:
    """A user's event; `owner` is who it is about, whichever id it carries."""

    event_id: str
    occurred_at: datetime
    delivered_at: datetime
    name: str
    label: str
    owner: Customer | None
    customer_id: str | None = None
    external_customer_id: str | None = None
    parent_id: str | None = None
    child_count: int = 0
    source: str = "user"
    metadata: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RenderRequest:
    """An event as a sender's own backend sends it; `cents` is written as a JSON number."""

    occurred_at: datetime
    external_id: str
    external_customer_id: str
    size: str
    images: int
    cents: str


def decimal_text(units: int, decimals: int) -> str:
    """Return `units` x 10^-`decimals` as plain decimal text without trailing zeros."""
    whole, fraction = divmod(units, 10**decimals)
    return f"{whole}.{fraction:0{decimals}d}".rstrip("0").rstrip(".")


def simulate_usage(seed: int, customers: list[Customer]) -> list[Event]:
    """Return all user events of the year by time of delivery; sets `first_event_at`."""
    events: list[Event] = []
    for customer in customers:
        _User(seed, customer, events).live()
    _add_unknown(seed, events)
    _spoil_some(events)
    events.sort(key=lambda event: (event.delivered_at, event.event_id))
    for event in events:
        owner = event.owner
        if owner and (owner.first_event_at is None or event.occurred_at < owner.first_event_at):
            owner.first_event_at = event.occurred_at
    return events


class _User:
    """One customer's use of the product."""

    def __init__(self, seed: int, customer: Customer, events: list[Event]) -> None:
        self.chance = Chance(seed, "usage", customer.number)
        self.customer = customer
        self.events = events
        self.personality = self.chance.pick(PERSONALITIES)
        self.is_heavy = customer.segment == "heavy"

    def live(self) -> None:
        customer = self.customer
        if customer.number in EARLY_USAGE_CUSTOMERS:
            begin = customer.created_at - timedelta(days=EARLY_USAGE_DAYS)
            self.use(begin, customer.created_at, SESSIONS_PER_DAY["pro"])
        for start, end, plan in customer.active_spans:
            self.use(start, min(end, LAST_SESSION_START), self.rate(plan))

    def rate(self, plan: Plan | None) -> int:
        segment = self.customer.segment
        if segment == "visitor":
            return VISITOR_SESSIONS
        if segment == "trial only":
            return TRIAL_SESSIONS
        if plan is None:
            return TOP_UP_SESSIONS
        return HEAVY_SESSIONS if self.is_heavy else SESSIONS_PER_DAY[plan.key]

    def use(self, start: datetime, end: datetime, rate: int) -> None:
        chance = self.chance
        thousandths = rate * self.personality // 1000
        day = start
        while day < end:
            today = thousandths * WEEKEND_SHARE // 1000 if day.weekday() >= 5 else thousandths
            seconds = min(DAY_SECONDS, int((end - day).total_seconds()))
            sessions = today // 1000 + chance.happens(today % 1000)
            for _ in range(sessions if seconds else 0):
                self.session(random_moment(chance, day, seconds))
            day += timedelta(seconds=DAY_SECONDS)

    def session(self, moment: datetime) -> None:
        chance = self.chance
        kind = chance.weighted(HEAVY_SESSION_KINDS if self.is_heavy else SESSION_KINDS)
        if kind == "chat.message":
            usage = self.language(moment, (10_000, 220_000), (800, 15_000))
            self.emit(kind, "Chat message", moment, usage)
        elif kind == "agent.run":
            steps = chance.whole(2, 4)
            run = self.emit(kind, "Agent run", moment, {"goal": "research", "steps": steps}, steps)
            for step in range(steps):
                usage = self.language(moment, (100_000, 900_000), (5_000, 60_000))
                later = moment + timedelta(seconds=20 * (step + 1))
                self.emit("llm.call", "Model call", later, usage, parent=run)
        elif kind == "embedding.batch":
            usage = self.tokens(ATLAS_EMBED, chance.whole(50_000, 2_000_000), 0)
            self.emit(kind, "Embedding batch", moment, usage)
        elif kind == "document.uploaded":
            usage = {"pages": chance.whole(1, 80), "format": chance.pick(("pdf", "docx", "html"))}
            self.emit(kind, "Document uploaded", moment, usage)
        else:
            usage = {"units": chance.whole(1, 40), "endpoint": chance.pick(("search", "summary"))}
            self.emit(kind, "API request", moment, usage)

    def language(
        self, moment: datetime, input_range: tuple[int, int], output_range: tuple[int, int]
    ) -> dict[str, object]:
        model = self.chance.weighted(HEAVY_MODEL_CHOICES if self.is_heavy else MODEL_CHOICES)
        if model is ATLAS_LARGE and moment >= ATLAS_PRICE_RISE:
            model = ATLAS_LARGE_DEARER
        return self.tokens(model, self.chance.whole(*input_range), self.chance.whole(*output_range))

    def tokens(self, model: Model, inputs: int, outputs: int) -> dict[str, object]:
        units = (inputs * model.input_price + outputs * model.output_price) * model.surcharge
        return {
            "_cost": {
                "amount": decimal_text(units, MAXIMUM_DECIMALS),
                "currency": model.currency,
            },
            "_llm": {
                "vendor": model.vendor,
                "model": model.name,
                "input_tokens": inputs,
                "output_tokens": outputs,
                "total_tokens": inputs + outputs,
            },
            "region": "eu" if self.customer.currency == "eur" else "us",
        }

    def emit(
        self,
        name: str,
        label: str,
        moment: datetime,
        metadata: dict[str, object],
        child_count: int = 0,
        parent: Event | None = None,
    ) -> Event:
        chance, customer = self.chance, self.customer
        delivered_at = random_moment(chance, moment, DELIVERY_SECONDS)
        if chance.happens(LATE_PER_THOUSAND):
            late = moment + timedelta(days=chance.whole(LATE_DAYS_LOW, LATE_DAYS_HIGH))
            delivered_at = late if late < YEAR_END else delivered_at
        by_external_id = customer.sends_external_id
        event = Event(
            event_id=chance.uuid(),
            occurred_at=moment,
            delivered_at=delivered_at,
            name=name,
            label=label,
            owner=customer,
            customer_id=None if by_external_id else customer.customer_id,
            external_customer_id=customer.external_id if by_external_id else None,
            parent_id=parent.event_id if parent else None,
            child_count=child_count,
            metadata=metadata,
        )
        self.events.append(event)
        return event


def _add_unknown(seed: int, events: list[Event]) -> None:
    """Add usage under external ids that nobody has, and usage without any customer."""
    chance = Chance(seed, "unknown usage")
    days = (YEAR_END - YEAR_START).days
    for position in range(UNKNOWN_CUSTOMER_EVENTS + UNATTRIBUTED_EVENTS):
        is_unknown = position < UNKNOWN_CUSTOMER_EVENTS
        moment = random_moment(chance, YEAR_START, days * DAY_SECONDS - 1)
        cents = decimal_text(chance.whole(50, 9_000), 1)
        events.append(
            Event(
                event_id=chance.uuid(),
                occurred_at=moment,
                delivered_at=moment,
                name="chat.message" if is_unknown else "internal.evaluation",
                label="Chat message" if is_unknown else "Internal evaluation",
                owner=None,
                external_customer_id=chance.pick(UNKNOWN_EXTERNAL_IDS) if is_unknown else None,
                metadata={"_cost": {"amount": cents, "currency": "usd"}},
            )
        )


def _spoil_some(events: list[Event]) -> None:
    """Give single events a prompt, an amount that cannot be read, or one that is hard to keep."""
    chats = [event for event in events if event.name == "chat.message" and event.owner]
    replacements: list[dict[str, object]] = [
        {"_cost": {"amount": amount, "currency": currency}}
        for amount, currency in UNREADABLE_AMOUNTS
    ]
    replacements += [
        {"_cost": {"amount": amount, "currency": "usd"}} for amount in EXACTNESS_AMOUNTS
    ]
    step = len(chats) // (len(replacements) + PROMPT_EVENTS)
    for event, replacement in zip(chats[::step], replacements, strict=False):
        event.metadata = event.metadata | replacement
    for event in chats[step // 2 :: step][:PROMPT_EVENTS]:
        event.metadata["_llm"] |= {"prompt": PROMPT_TEXT, "response": None}


def simulate_renders(seed: int, customers: list[Customer]) -> list[RenderRequest]:
    """Return image renderings, by time, of customers whose own backend sends them."""
    requests: list[RenderRequest] = []
    for customer in customers:
        if customer.number % RENDER_CUSTOMER_STEP or not customer.external_id:
            continue
        chance = Chance(seed, "renders", customer.number)
        for start, end, _ in customer.active_spans:
            day = start
            while day + timedelta(days=1) < min(end, YEAR_END):
                if chance.happens(RENDERS_PER_THOUSAND_DAYS):
                    requests.append(_render(chance, customer, day))
                day += timedelta(days=1)
    requests.sort(key=lambda request: (request.occurred_at, request.external_id))
    return requests


def _render(chance: Chance, customer: Customer, day: datetime) -> RenderRequest:
    size = chance.pick(sorted(RENDER_CENTS_BY_SIZE))
    images = chance.whole(1, 12)
    whole, _, fraction = RENDER_CENTS_BY_SIZE[size].partition(".")
    return RenderRequest(
        occurred_at=random_moment(chance, day, DAY_SECONDS),
        external_id=f"render-{chance.uuid()[:18]}",
        external_customer_id=customer.external_id,
        size=size,
        images=images,
        cents=decimal_text(int(whole + fraction) * images, len(fraction)),
    )
