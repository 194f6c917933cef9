"""Taking a use of a promotion for an order, and giving it back. In the transaction of the order, before its stock.

A limit holds because taking is one conditional UPDATE. Where there is none, takers only share a lock that keeps staff
from changing the promotion meanwhile, so that a promotion everybody gets makes nobody wait.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict
from app.services.promotions.models import Promotion, PromotionCustomer, PromotionUse


class UsedUp(Conflict):
    """A promotion cannot be had any more: others were faster, or it was changed or has ended."""

    def __init__(self, label: str) -> None:
        super().__init__(f"“{label}” was used up or changed while you were here.")


def take(order_id: str, given: Sequence[Promotion], *, email: str) -> None:
    """Take a use of each for the order, as it was read; raise UsedUp when one is not to be had any more."""
    today = clock.today()
    for promotion in sorted(given, key=lambda each: each.id):
        is_still = (Promotion.version == promotion.version) & or_(
            Promotion.ends_on.is_(None), Promotion.ends_on >= today
        )
        _take_one(promotion, is_still, email=email)
        db.orders.session.add(
            PromotionUse(order_id=order_id, promotion_id=promotion.id, email=email.lower(), taken_at=clock.now())
        )
    db.orders.session.flush()


def take_again(order_id: str) -> None:
    """Take anew what an order that came back to life had given back; raise UsedUp where a limit has no room left."""
    with db.orders.transaction() as session:
        query = (
            select(PromotionUse, Promotion)
            .join(Promotion, Promotion.id == PromotionUse.promotion_id)
            .where(PromotionUse.order_id == order_id, PromotionUse.given_back_at.is_not(None))
            .order_by(Promotion.id)
        )
        for use, promotion in session.execute(query).all():
            _take_one(promotion, Promotion.id == promotion.id, email=use.email)
            use.given_back_at = None


def give_back(order_id: str) -> None:
    """Give back the uses of an order that ended unpaid or was cancelled whole. Twice is once."""
    with db.orders.transaction() as session:
        held = select(PromotionUse.promotion_id).where(
            PromotionUse.order_id == order_id, PromotionUse.given_back_at.is_(None)
        )
        # Locked first, so that staff who set a limit count either before or after this.
        session.execute(select(Promotion.id).where(Promotion.id.in_(held)).order_by(Promotion.id).with_for_update())
        given = session.execute(
            update(PromotionUse)
            .where(PromotionUse.order_id == order_id, PromotionUse.given_back_at.is_(None))
            .values(given_back_at=clock.now())
            .returning(PromotionUse.promotion_id, PromotionUse.email)
        ).all()
        for promotion_id, email in given:
            session.execute(
                update(Promotion)
                .where(Promotion.id == promotion_id, Promotion.total_limit.is_not(None))
                .values(uses=Promotion.uses - 1)
            )
            session.execute(
                update(PromotionCustomer)
                .where(PromotionCustomer.promotion_id == promotion_id, PromotionCustomer.email == email)
                .values(uses=PromotionCustomer.uses - 1)
            )


def _take_one(promotion: Promotion, is_still: ColumnElement[bool], *, email: str) -> None:
    session = db.orders.session
    if promotion.total_limit is None:
        query = select(Promotion.id).where(Promotion.id == promotion.id, is_still, Promotion.total_limit.is_(None))
        taken = session.execute(query.with_for_update(read=True)).scalar()
    else:
        taken = session.execute(
            update(Promotion)
            .where(Promotion.id == promotion.id, is_still, Promotion.uses < Promotion.total_limit)
            .values(uses=Promotion.uses + 1)
            .returning(Promotion.id)
            .execution_options(synchronize_session=False)
        ).scalar()
    most = promotion.most_per_customer
    row = insert(PromotionCustomer).values(promotion_id=promotion.id, email=email.lower(), uses=1)
    had = session.execute(
        row.on_conflict_do_update(
            index_elements=[PromotionCustomer.promotion_id, PromotionCustomer.email],
            set_={"uses": PromotionCustomer.uses + 1},
            where=PromotionCustomer.uses < most if most is not None else None,
        ).returning(PromotionCustomer.uses)
    ).scalar()
    if taken is None or had is None:
        raise UsedUp(promotion.label)
