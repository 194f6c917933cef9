"""Which promotions a basket gets, and why a code does not count. Pure, on rows that were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app import formats
from app.money import Money
from app.services import pricing
from app.services.pricing import Kind
from app.services.promotions.models import Promotion

_UNKNOWN = "We do not know this code. Please check how it is written."
_NO_CHEAPER = "This code does not make your cart any cheaper."


@dataclass(frozen=True, slots=True)
class Candidates:
    """What comes into question: what counts by itself today, and the code that was entered with what belongs to it.

    `held` are the ids of those that the cart's own unpaid order holds a use of.
    """

    automatic: tuple[Promotion, ...] = ()
    code: str | None = None
    coupon: Promotion | None = None
    held: frozenset[str] = frozenset()

    @property
    def collections(self) -> frozenset[str]:
        """The ids of all collections that one of them is for."""
        return frozenset(each for promotion in self.all for each in promotion.collections)

    @property
    def all(self) -> tuple[Promotion, ...]:
        """All of them."""
        return (*self.automatic, *([self.coupon] if self.coupon else []))

    @property
    def asks_for_customer(self) -> bool:
        """Whether it matters who orders."""
        return any(each.is_first_order_only or each.customer_limit for each in self.all)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who orders, as far as promotions care: whether they ordered before, and how many uses they hold by promotion."""

    has_ordered: bool = False
    uses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Goods:
    """The lines of a basket with the product of each, and which of those products lie in which collection."""

    lines: Sequence[pricing.Line]
    products: Sequence[str]
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def places_of(self, promotion: Promotion) -> frozenset[int] | None:
        """Return the places of the lines a promotion is for; None when it is for all goods."""
        if not promotion.collections and not promotion.products:
            return None
        wanted = set(promotion.products).union(*(self.members.get(each, ()) for each in promotion.collections))
        return frozenset(place for place, product in enumerate(self.products) if product in wanted)


@dataclass(frozen=True, slots=True)
class Priced:
    """What a basket comes to. `given` answers `totals.taken` one by one; `refusal` says why the code does not count."""

    totals: pricing.Totals
    given: tuple[Promotion, ...]
    refusal: str = ""

    @property
    def freed_by(self) -> str:
        """The name of what makes every way of delivery free; mostly nothing."""
        return next((each.label for each in self.given if each.kind == Kind.FREE_DELIVERY), "")

    def breakdown(self, *, has_delivery: bool) -> pricing.Breakdown:
        """Name every cent."""
        return pricing.break_down(self.totals, [each.label for each in self.given], has_delivery=has_delivery)

    def reductions_of(self, place: int) -> list[tuple[str, Money]]:
        """Return what was taken off the line at `place`, by name."""
        return [(self.given[by].label, amount) for by, amount in self.totals.lines[place].taken]


def price(
    goods: Goods,
    delivery: Money,
    candidates: Candidates,
    *,
    today: date,
    customer: Customer | None = None,
    prices_include_tax: bool = True,
) -> Priced:
    """Price a basket with what saves most of what may be combined; without `customer` their limits are not judged.

    At most one promotion counts by itself beside at most one code; one that is exclusive counts alone.
    """
    coupon = candidates.coupon
    refusal = _why_not(coupon, goods, today, customer, candidates.held) if candidates.code else ""
    automatic = [each for each in candidates.automatic if not _why_not(each, goods, today, customer, candidates.held)]
    usable = coupon if coupon is not None and not refusal else None
    best: Priced | None = None
    for given in _combinations(automatic, usable):
        reductions = [_reduction(each, goods, delivery.currency) for each in given]
        totals = pricing.totals(goods.lines, delivery, reductions, prices_include_tax=prices_include_tax)
        # The first of equals stays: what has the code comes first, so that a code which saves nothing yet is shown.
        if best is None or totals.total < best.totals.total:
            best = Priced(totals, given, refusal)
    assert best is not None  # noqa: S101 - to give nothing is always a combination
    if usable is not None and usable not in best.given:
        why = f"Your code cannot be combined with “{best.given[0].name}”, which saves you more." if best.given else ""
        return Priced(best.totals, best.given, why or _NO_CHEAPER)
    return best


def _combinations(automatic: Sequence[Promotion], coupon: Promotion | None) -> list[tuple[Promotion, ...]]:
    """Return what may be given together, the fullest first."""
    alone: list[tuple[Promotion, ...]] = [(each,) for each in automatic]
    if coupon is None:
        return [*alone, ()]
    both = [(each, coupon) for each in automatic if not each.is_exclusive and not coupon.is_exclusive]
    return [*both, (coupon,), *alone, ()]


def _reduction(promotion: Promotion, goods: Goods, currency: str) -> pricing.Reduction:
    return pricing.Reduction(
        kind=Kind(promotion.kind),
        percent=promotion.percent,
        amount=Money(promotion.amount, currency) if promotion.amount else None,
        buy=promotion.buy,
        get=promotion.get,
        lines=goods.places_of(promotion),
    )


def _why_not(
    promotion: Promotion | None, goods: Goods, today: date, customer: Customer | None, held: frozenset[str]
) -> str:
    """Return why a promotion does not count, in a sentence that says what to do; nothing when it does."""
    if promotion is None:
        return _UNKNOWN
    return (
        _why_not_now(promotion, today, is_held=promotion.id in held)
        or _why_not_them(promotion, customer, is_held=promotion.id in held)
        or _why_not_these(promotion, goods)
    )


def _why_not_now(promotion: Promotion, today: date, *, is_held: bool) -> str:
    if promotion.stopped_at is not None:
        return "This code is no longer valid."
    if promotion.starts_on is not None and today < promotion.starts_on:
        return f"This code is valid from {formats.day(promotion.starts_on)}. Please come back then."
    if promotion.ends_on is not None and today > promotion.ends_on:
        return f"This code ended on {formats.day(promotion.ends_on)}."
    if promotion.total_limit is not None and promotion.uses >= promotion.total_limit and not is_held:
        return "This code has been used up: others were faster."
    return ""


def _why_not_them(promotion: Promotion, customer: Customer | None, *, is_held: bool) -> str:
    if customer is None:
        return ""
    if promotion.is_first_order_only and customer.has_ordered:
        return "This code is for a first order only."
    most, had = promotion.most_per_customer, customer.uses.get(promotion.id, 0) - is_held
    if most is not None and had >= most:
        return "You have used this code already." if most == 1 else f"You have used this code {most} times already."
    return ""


def _why_not_these(promotion: Promotion, goods: Goods) -> str:
    places = goods.places_of(promotion)
    lines = [
        line for place, line in enumerate(goods.lines) if not line.is_gift_card and (places is None or place in places)
    ]
    if not lines:
        return "This code does not apply to anything in your cart."
    if promotion.kind == Kind.BUY_GET:
        missing = promotion.buy + promotion.get - sum(line.quantity for line in lines)
        if missing > 0:
            return f"Add {missing} more {'piece' if missing == 1 else 'pieces'} to use this code."
    worth = Money.total((line.unit_price * line.quantity for line in lines), lines[0].unit_price.currency)
    if promotion.minimum is not None and worth.amount < promotion.minimum:
        least = Money(promotion.minimum, worth.currency)
        return f"This code is valid from {formats.money(least)}. You need {formats.money(least - worth)} more."
    return ""
