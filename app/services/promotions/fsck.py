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
    held = func.count(PromotionUse.order_id)
    is_theirs = (PromotionUse.promotion_id == PromotionCustomer.promotion_id) & (
        PromotionUse.email == PromotionCustomer.email
    )
    query = (
        select(PromotionCustomer.uses, held.label("held"))
        .outerjoin(PromotionUse, is_theirs & PromotionUse.given_back_at.is_(None))
        .group_by(PromotionCustomer.promotion_id, PromotionCustomer.email)
        .having(held != PromotionCustomer.uses)
    )
    for row in walk(query, func.concat(PromotionCustomer.promotion_id, "/", PromotionCustomer.email)):
        yield Fault(row.key, f"{row.uses} uses of a customer are counted, but orders hold {row.held}")


CHECKS = (
    Check("promotions.uses", "What is counted of a promotion is what orders hold.", _find_miscounted),
    Check("promotions.customers", "The same for each customer.", _find_miscounted_customers),
)
