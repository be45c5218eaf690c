"""The company behind the sample: what it sells, to whom, in which year, at which rates."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from sample_data.chance import Chance

YEAR_START = datetime(2025, 9, 1, tzinfo=UTC)
YEAR_END = datetime(2026, 9, 1, tzinfo=UTC)
"""The first moment after the year: every record is as an export at that moment shows it."""

CUSTOMER_COUNT = 400
LAUNCH_CUSTOMERS = 150
"""So many sign up in the month of the launch, the others evenly over the rest of the year."""

LAUNCH_DAYS = 30
LAST_SIGNUP_DAY = 350

SWEDISH_ORDER_CUSTOMER = 143
DELETED_AFTER_DAYS = {30: 110, 84: 100, 210: 100}
EXTERNAL_ID_HEIR = 260
"""This customer is given the external id of the first deleted customer, after the deletion."""

EXTERNAL_ID_GIVER = 30
EARLY_USAGE_CUSTOMERS = (180, 222, 252, 301, 333)
"""Their usage is sent, by external id, before they sign up."""

UNREGISTERED_CUSTOMERS = (95, 162, 318)
"""They are missing from the export of customers; orders and events still show them."""

FIRST_RATE_DAY = date(2025, 8, 25)
EURO_RATE_START = 113_500
EURO_RATE_LOW, EURO_RATE_HIGH = 106_000, 119_000
RATE_STEP = 700
BANK_SHARE = Decimal("0.996")
"""What the processor's settlement rate is of the reference rate."""

COUNTRIES = [
    ("US", 44),
    ("CA", 9),
    ("GB", 8),
    ("IN", 6),
    ("SE", 6),
    ("DE", 13),
    ("FR", 8),
    ("NL", 6),
]
EURO_TAX_PERCENT = {"DE": 19, "FR": 20, "NL": 21}
TAXED_AMERICANS_PER_THOUSAND = 400
AMERICAN_TAX_BASIS_POINTS = 825
FIRST_WORDS = (
    "Amber",
    "Birch",
    "Cedar",
    "Delta",
    "Ember",
    "Falcon",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Linden",
    "Maple",
    "North",
    "Orchard",
    "Pine",
    "Quartz",
    "River",
    "Summit",
    "Tidal",
)
SECOND_WORDS = (
    "Analytics",
    "Bakery",
    "Clinic",
    "Design",
    "Energy",
    "Finance",
    "Games",
    "Health",
    "Insurance",
    "Journal",
    "Kitchens",
    "Labs",
    "Logistics",
    "Media",
    "Networks",
    "Outfitters",
    "Press",
    "Robotics",
    "Studio",
    "Travel",
)


@dataclass(frozen=True)
class Plan:
    """A product. Prices are in cents; `months` is 0 for a one-time product.

    `token_units` come with every month of a subscription; with `keeps_tokens` what is left of them
    rolls over.
    """

    key: str
    name: str
    months: int
    price_usd: int
    price_eur: int
    trial_days: int = 0
    credit_units: int = 0
    token_units: int = 0
    keeps_tokens: bool = False

    def price(self, currency: str) -> int:
        """Return the price in cents of `currency` (`usd` or `eur`)."""
        return self.price_eur if currency == "eur" else self.price_usd


STARTER = Plan("starter", "Starter", 1, 2900, 2700, token_units=100_000)
PRO = Plan("pro", "Pro", 1, 9900, 8900, trial_days=14, token_units=500_000, keeps_tokens=True)
BUSINESS = Plan("business", "Business", 12, 149000, 139000)
SMALL_TOP_UP = Plan("top-up-500", "500 credits", 0, 4000, 3700, credit_units=500)
LARGE_TOP_UP = Plan("top-up-2500", "2500 credits", 0, 15000, 13900, credit_units=2500)
PLANS = (STARTER, PRO, BUSINESS, SMALL_TOP_UP, LARGE_TOP_UP)


@dataclass
class Customer:
    """A customer; `segment` says how it buys and uses, `plan` what it subscribes to first."""

    number: int
    customer_id: str
    external_id: str | None
    name: str
    email: str
    country: str
    currency: str
    is_taxed: bool
    created_at: datetime
    deleted_at: datetime | None
    segment: str
    plan: Plan | None
    sends_external_id: bool
    first_event_at: datetime | None = None
    active_spans: list[tuple[datetime, datetime, Plan | None]] = field(default_factory=list)

    @property
    def leaves_at(self) -> datetime:
        """The moment from which the customer does nothing more."""
        return self.deleted_at or YEAR_END


class EuroRates:
    """Weekly dollars per euro, each in force until the next one's day."""

    def __init__(self, seed: int) -> None:
        """Draw the rates from a week before the year to its end."""
        chance = Chance(seed, "exchange rates")
        self.by_day: list[tuple[date, Decimal]] = []
        level = EURO_RATE_START
        day = FIRST_RATE_DAY
        while day < YEAR_END.date():
            self.by_day.append((day, Decimal(level) / 100_000))
            level = min(
                max(level + chance.whole(-RATE_STEP, RATE_STEP), EURO_RATE_LOW), EURO_RATE_HIGH
            )
            day += timedelta(days=7)

    def settlement(self, moment: datetime) -> Decimal:
        """Return the dollars that the processor pays for a euro at `moment`, six decimals."""
        week = (moment.date() - FIRST_RATE_DAY).days // 7
        return (self.by_day[week][1] * BANK_SHARE).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def random_moment(chance: Chance, start: datetime, seconds: int) -> datetime:
    """Return a moment less than `seconds` after `start`, to the microsecond."""
    return start + timedelta(microseconds=chance.whole(0, seconds * 1_000_000 - 1))


def make_customers(seed: int) -> list[Customer]:
    """Return the year's customers in the order in which they sign up."""
    customers = [_make_customer(seed, number) for number in range(CUSTOMER_COUNT)]
    customers[EXTERNAL_ID_HEIR].external_id = customers[EXTERNAL_ID_GIVER].external_id
    return customers


def _make_customer(seed: int, number: int) -> Customer:
    chance = Chance(seed, "customer", number)
    if number < LAUNCH_CUSTOMERS:
        day = number * LAUNCH_DAYS // LAUNCH_CUSTOMERS
    else:
        later = number - LAUNCH_CUSTOMERS
        day = LAUNCH_DAYS + later * (LAST_SIGNUP_DAY - LAUNCH_DAYS) // (
            CUSTOMER_COUNT - LAUNCH_CUSTOMERS
        )
    created_at = random_moment(chance, YEAR_START + timedelta(days=day), 86_400)
    must_send_external_id = number in (*EARLY_USAGE_CUSTOMERS, EXTERNAL_ID_GIVER, EXTERNAL_ID_HEIR)
    has_external_id = must_send_external_id or chance.happens(700)
    sends_external_id = has_external_id and (must_send_external_id or chance.happens(500))
    country = "SE" if number == SWEDISH_ORDER_CUSTOMER else chance.weighted(COUNTRIES)
    currency = "eur" if country in EURO_TAX_PERCENT else "usd"
    first, second = chance.pick(FIRST_WORDS), chance.pick(SECOND_WORDS)
    segment, plan = _segment_of(number, chance)
    deletion = DELETED_AFTER_DAYS.get(number)
    return Customer(
        number=number,
        customer_id=chance.uuid(),
        external_id=f"account-{number:04d}" if has_external_id else None,
        name=f"{first} {second}",
        email=f"billing.{first}.{second}.{number:04d}@example.com".lower(),
        country=country,
        currency=currency,
        is_taxed=currency == "eur"
        or (country == "US" and chance.happens(TAXED_AMERICANS_PER_THOUSAND)),
        created_at=created_at,
        deleted_at=created_at + timedelta(days=deletion) if deletion else None,
        segment=segment,
        plan=plan,
        sends_external_id=sends_external_id,
    )


def _segment_of(number: int, chance: Chance) -> tuple[str, Plan | None]:
    # Fixed places in the row of customers: every seed then has the same number of each kind.
    if number % 33 == 7:
        return "heavy", STARTER
    if number % 12 == 5:
        return "trial only", PRO
    if number % 20 == 3:
        return "top-ups only", None
    if number % 40 == 11:
        return "visitor", None
    business_weight = 6 if number < LAUNCH_CUSTOMERS else 14
    return "regular", chance.weighted([(STARTER, 52), (PRO, 36), (BUSINESS, business_weight)])
