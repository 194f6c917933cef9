"""Checks of promotions: no limit is broken, and what is counted as used is what orders hold."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app.fsck import Check, Fault, walk
from app.services.promotions.models import Promotion, PromotionCustomer, PromotionUse


def _find_miscounted() -> Iterator[Fault]:
    held = func.count(PromotionUse.order_id)
    query = (
        select(Promotion.uses, held.label("held"))
        .outerjoin(PromotionUse, (PromotionUse.promotion_id == Promotion.id) & PromotionUse.given_back_at.is_(None))
        .where(Promotion.total_limit.is_not(None))
        .group_by(Promotion.id)
        .having(held != Promotion.uses)
    )
    for row in walk(query, Promotion.id):
        yield Fault(row.key, f"{row.uses} uses are counted, but orders hold {row.held}")


def _find_miscounted_customers() -> Iterator[Fault]:
    """Compare both ways: of a customer whose count is gone nobody would keep a limit."""
    held = (
        select(PromotionUse.promotion_id, PromotionUse.email, func.count().label("count"))
        .where(PromotionUse.given_back_at.is_(None))
        .group_by(PromotionUse.promotion_id, PromotionUse.email)
        .subquery()
    )
    is_theirs = (held.c.promotion_id == PromotionCustomer.promotion_id) & (held.c.email == PromotionCustomer.email)
    uses, count = func.coalesce(PromotionCustomer.uses, 0), func.coalesce(held.c.count, 0)
    query = select(uses.label("uses"), count.label("held")).select_from(PromotionCustomer)
    query = query.join(held, is_theirs, full=True).where(uses != count)
    promotion = func.coalesce(PromotionCustomer.promotion_id, held.c.promotion_id)
    for row in walk(query, func.concat(promotion, "/", func.coalesce(PromotionCustomer.email, held.c.email))):
        yield Fault(row.key, f"{row.uses} uses of a customer are counted, but orders hold {row.held}")


CHECKS = (
    Check("promotions.uses", "What is counted of a promotion is what orders hold.", _find_miscounted),
    Check("promotions.customers", "The same for each customer.", _find_miscounted_customers),
)
