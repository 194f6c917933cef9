"""Which promotions come into question for a cart."""

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, or_, select

from app import clock, db
from app.services.promotions.choosing import Candidates, Customer
from app.services.promotions.models import Promotion, PromotionCustomer, PromotionUse

_COUNTS_BY_ITSELF = and_(
    Promotion.code.is_(None),
    Promotion.stopped_at.is_(None),
    or_(Promotion.starts_on.is_(None), Promotion.starts_on <= bindparam("today")),
    or_(Promotion.ends_on.is_(None), Promotion.ends_on >= bindparam("today")),
)
_IS_HELD = and_(
    PromotionUse.promotion_id == Promotion.id,
    PromotionUse.order_id == bindparam("order"),
    PromotionUse.given_back_at.is_(None),
)
_TERMS = db.table_of(Promotion).columns
_CANDIDATES = (
    select(*_TERMS, PromotionUse.order_id.is_not(None).label("is_held"))
    .outerjoin(PromotionUse, _IS_HELD)
    .where(or_(_COUNTS_BY_ITSELF, Promotion.code == bindparam("code")))  # no code equals no promotion's
    .order_by(Promotion.stopped_at.is_(None), Promotion.id)
)


def plain_code(text: str) -> str:
    """Write a code as it is compared: in capitals, without spaces and what cannot be seen."""
    return "".join(mark for mark in text if mark.isprintable() and not mark.isspace()).upper()


def candidates(code: str | None, *, order_id: str | None = None) -> Candidates:
    """Return what comes into question for a cart with the coupon `code`, in one query."""
    asked = {"today": clock.today(), "code": code or None, "order": order_id or ""}
    found = [
        (Promotion(**dict(zip(_TERMS.keys(), terms, strict=True))), is_held)
        for *terms, is_held in db.orders.rows(_CANDIDATES, asked)
    ]
    promotions = [promotion for promotion, _ in found]
    return Candidates(
        automatic=tuple(each for each in promotions if each.code is None),
        code=code,
        coupon=next((each for each in reversed(promotions) if each.code is not None), None),
        held=frozenset(promotion.id for promotion, is_held in found if is_held),
    )


def customer(email: str, promotions: Iterable[Promotion], *, has_ordered: bool) -> Customer:
    """Return what is known of who orders: how many uses of each promotion they hold, in one query."""
    wanted = [each.id for each in promotions]
    with db.orders.reading() as session:
        rows = session.execute(
            select(PromotionCustomer.promotion_id, PromotionCustomer.uses).where(
                PromotionCustomer.promotion_id.in_(wanted), PromotionCustomer.email == email.lower()
            )
        ).all()
    return Customer(has_ordered=has_ordered, uses={row.promotion_id: row.uses for row in rows})
