"""What staff do with promotions: make, change, stop. Act and audit commit together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock, db
from app.errors import MARKED, Conflict, Invalid, NotFound
from app.services import audit
from app.services.promotions.models import Promotion, PromotionUse
from app.services.promotions.reading import plain_code

WITH_PERCENT = ("percent", "buy_get")  # kinds that take a part off; "buy some, get some" gives free by 100
_STALE = "Somebody changed this promotion meanwhile. Check what it is now, then make your change again if needed."


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What staff decide about a promotion. Amounts are minor units; `code` empty means that it counts by itself.

    `percent` must be said by the kinds WITH_PERCENT, and counts for no other.
    """

    name: str
    kind: str
    code: str = ""
    percent: Decimal | None = None
    amount: int | None = None
    buy: int = 1
    get: int = 1
    minimum: int | None = None
    collections: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    is_first_order_only: bool = False
    is_exclusive: bool = False
    total_limit: int | None = None
    customer_limit: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    def values(self) -> dict[str, Any]:
        """Return the columns."""
        lists = {"collections": list(self.collections), "products": list(self.products)}
        percent = self.percent if self.kind in WITH_PERCENT else Decimal(100)
        return asdict(self) | lists | {"code": plain_code(self.code) or None, "percent": percent}


def list_as_staff(*, with_stopped: bool = False, before: str | None = None, limit: int = 51) -> Sequence[Promotion]:
    """List promotions, newest first, older than the promotion `before`."""
    query = select(Promotion)
    if not with_stopped:
        query = query.where(Promotion.stopped_at.is_(None))
    if before:
        query = query.where(Promotion.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(Promotion.id.desc()).limit(limit)).all()


def uses_of_promotions(promotion_ids: Iterable[str]) -> Mapping[str, int]:
    """Count the orders that hold a use of each promotion, in one query."""
    query = (
        select(PromotionUse.promotion_id, func.count())
        .where(PromotionUse.promotion_id.in_(list(promotion_ids)), PromotionUse.given_back_at.is_(None))
        .group_by(PromotionUse.promotion_id)
    )
    with db.orders.reading() as session:
        return {row[0]: row[1] for row in session.execute(query)}


def get_as_staff(promotion_id: str) -> Promotion:
    """Return one promotion, or raise NotFound."""
    with db.orders.reading() as session:
        promotion = session.get(Promotion, promotion_id)
    if promotion is None:
        raise NotFound("There is no such promotion.")
    return promotion


def new_key() -> str:
    """Return the key of a promotion that is to be made: the same terms under the same key make one."""
    return db.new_id()


def add(terms: Terms, *, actor: str, key: str | None = None) -> Promotion:
    """Make a promotion; it counts from its first day on. Raises Invalid when its code belongs to another one.

    `key` becomes its id: sent twice it makes one, or whoever ends the one leaves the other.
    """
    _check(terms)
    promotion = Promotion(id=key or db.new_id(), created_at=clock.now(), stopped_at=None, uses=0, **terms.values())
    try:
        with db.orders.transaction() as session:
            session.add(promotion)
            session.flush()
            audit.record(db.orders, actor, "promotion.add", f"promotion:{promotion.id}", after=_told(terms))
    except IntegrityError as error:
        with db.orders.reading() as session:
            known = session.get(Promotion, key) if key else None
        if known is None:
            raise _taken(error) from error
        return known if _is_so(known, terms) else add(terms, actor=actor)  # Back, and other terms: another one
    return promotion


def change(promotion_id: str, terms: Terms, *, version: int, actor: str) -> Promotion:
    """Change a promotion for orders to come. Raises Conflict when somebody changed it since `version` was read.

    What is so already is not changed, whoever made it so: the second of two clicks is no conflict.
    """
    _check(terms)
    try:
        with db.orders.transaction() as session:
            promotion = _lock(promotion_id)
            if promotion.stopped_at is None and _is_so(promotion, terms):
                return promotion
            _check_version(promotion, version)
            before = _told_of(promotion)
            if terms.total_limit is not None:
                promotion.uses = uses_of_promotions([promotion_id]).get(promotion_id, 0)
                if promotion.uses > terms.total_limit:
                    advice = f"{promotion.uses} orders have it already."
                    raise Invalid(advice, total_limit=advice)
            for name, value in terms.values().items():
                setattr(promotion, name, value)
            promotion.version += 1
            session.flush()
            audit.record(
                db.orders, actor, "promotion.change", f"promotion:{promotion_id}", before=before, after=_told(terms)
            )
    except IntegrityError as error:
        raise _taken(error) from error
    return promotion


def stop(promotion_id: str, *, version: int, actor: str) -> Promotion:
    """End a promotion now, for good; orders that have it keep it. Twice is once."""
    with db.orders.transaction():
        promotion = _lock(promotion_id)
        if promotion.stopped_at is not None:
            return promotion
        _check_version(promotion, version)
        promotion.stopped_at, promotion.version = clock.now(), promotion.version + 1
        audit.record(db.orders, actor, "promotion.stop", f"promotion:{promotion_id}", before={"name": promotion.name})
    return promotion


def _lock(promotion_id: str) -> Promotion:
    promotion = db.orders.session.get(Promotion, promotion_id, with_for_update=True, populate_existing=True)
    if promotion is None:
        raise NotFound("There is no such promotion.")
    return promotion


def _check_version(promotion: Promotion, version: int) -> None:
    if promotion.version != version:
        raise Conflict(_STALE)


def _is_so(promotion: Promotion, terms: Terms) -> bool:
    return all(getattr(promotion, name) == value for name, value in terms.values().items())


def _check(terms: Terms) -> None:
    """Refuse terms that contradict themselves, each at its field."""
    wrong: dict[str, str] = {}
    if terms.kind in WITH_PERCENT and (terms.percent is None or not 0 < terms.percent <= 100):
        wrong["percent"] = "Enter a number up to 100, and above 0."
    if terms.kind == "fixed" and not terms.amount:
        wrong["amount"] = "Enter how much is taken off."
    if terms.starts_on and terms.ends_on and terms.ends_on < terms.starts_on:
        wrong["ends_on"] = "The last day lies before the first."
    if wrong:
        raise Invalid(MARKED, **wrong)


def _taken(error: IntegrityError) -> Invalid:
    if "uq_promotions_code_live" not in str(error.orig):
        raise error
    return Invalid(MARKED, code="Another promotion has this code. Stop it first.")


def _told(terms: Terms) -> dict[str, Any]:
    """Return terms as the audit keeps them: only what was said, in JSON's types."""
    told = {name: value for name, value in terms.values().items() if value not in (None, [], False)}
    return {name: str(value) if isinstance(value, Decimal | date) else value for name, value in told.items()}


def _told_of(promotion: Promotion) -> dict[str, Any]:
    names = Terms.__dataclass_fields__
    values = {name: getattr(promotion, name) for name in names} | {"code": promotion.code or ""}
    return _told(Terms(**values))
