"""Checks of orders: they add up, and what they sold is known."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, func, select

from app import db, fsck
from app.fsck import Check, Fault, judge, pages, walk
from app.money import Money
from app.services import catalog
from app.services.orders.models import Order, OrderLine


def examine(see: Callable[[Sequence[Order]], Iterable[Fault]], *only: ColumnElement[bool]) -> Iterator[Fault]:
    """Have `see` look at all orders, some at a time, with whatever belongs to them at that moment.

    With `only` at those of which it is so: fewer than all that were ever sold.
    """
    return judge(select(Order).where(*only), Order.id, lambda rows: see([row.Order for row in rows]))


def mend_by(job: str) -> Callable[[str], None]:
    """Return what mends an order, by its number, by having `job` done for it."""

    def mend(number: str) -> None:
        with db.orders.reading() as session:
            order_id = session.scalar(select(Order.id).where(Order.number == number))
        if order_id is not None:
            fsck.mend_by(job)(order_id)

    return mend


def _find_wrong_sums() -> Iterator[Fault]:
    query = (
        select(
            Order.number, (Order.subtotal - Order.discount).label("goods"), Order.tax, Order.delivery_tax,
            Order.currency,
            func.coalesce(func.sum(OrderLine.total), 0).label("lines"),
            func.coalesce(func.sum(OrderLine.tax), 0).label("lines_tax"),
            func.count(OrderLine.position).label("count"),
        )
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .group_by(Order.id)
        .having(
            (func.coalesce(func.sum(OrderLine.total), 0) != Order.subtotal - Order.discount)
            | (func.coalesce(func.sum(OrderLine.tax), 0) + Order.delivery_tax != Order.tax)
            | (func.count(OrderLine.position) == 0)
        )
    )  # fmt: skip
    for row in walk(query, Order.id):
        if not row.count:
            yield Fault(row.number, "has no lines")
            continue
        lines, lines_tax, delivery_tax, goods, tax = (
            Money(int(amount), row.currency)
            for amount in (row.lines, row.lines_tax, row.delivery_tax, row.goods, row.tax)
        )
        taxes = f"their tax {lines_tax} with {delivery_tax} for delivery"
        yield Fault(row.number, f"its lines come to {lines}, {taxes}; it says {goods} and {tax}")


def _find_unknown_goods() -> Iterator[Fault]:
    """Name what was ordered and is unknown: neither the variant nor its product has so much as a tombstone."""
    sold = select(OrderLine.variant_id, func.max(OrderLine.product_id).label("product_id"))
    for page in pages(sold.group_by(OrderLine.variant_id), OrderLine.variant_id):
        variants = catalog.find_variants(row.variant_id for row in page)
        left = [row for row in page if row.variant_id not in variants]
        products = {product.id for product in catalog.find_products({row.product_id for row in left})}
        for row in left:
            if row.product_id not in products:
                what = f"was ordered, and the catalogue knows neither it nor its product {row.product_id}"
                yield Fault(row.variant_id, what)


CHECKS = (
    Check("orders.sums", "The lines of an order come to its total, and their tax to its tax.", _find_wrong_sums),
    Check("orders.goods", "What was ordered is known to the catalogue, if only as deleted.", _find_unknown_goods),
)
