"""Checks of parcels: every paid order gets one, every parcel its label, and every label is there to print."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from botocore.exceptions import ClientError
from sqlalchemy import exists, func, select

from app import clock, stores
from app.fsck import Check, Fault, mend_by, walk
from app.services import credits, gift_cards, inventory, orders, payments
from app.services.fulfilment.buying import LABELS
from app.services.fulfilment.counting import CANCELLED
from app.services.fulfilment.gift_cards import TAKEN
from app.services.fulfilment.models import LabelAttempt, Shipment, ShipmentLine
from app.services.fulfilment.states import ShipmentState
from app.services.orders import OrderLine

_STARTED_WITHIN = timedelta(minutes=15)
_LABELLED_WITHIN = timedelta(hours=8)  # longer than a carrier is asked what came of a call
_WAITS = (ShipmentState.PENDING, ShipmentState.MAYBE_BOUGHT, ShipmentState.REFUSED)
_NEEDS_NONE = (*_WAITS, ShipmentState.VOIDED)


def _find_unstarted() -> Iterator[Fault]:
    is_paid = orders.Order.state == orders.OrderState.CONFIRMED
    is_late = orders.Order.confirmed_at < clock.now() - _STARTED_WITHIN
    has_parcel = exists().where(Shipment.order_id == orders.Order.id)
    return orders.examine(_see_unstarted, is_paid, is_late, ~has_parcel)


def _see_unstarted(found: Sequence[orders.Order]) -> Iterator[Fault]:
    ids = [order.id for order in found]
    waiting, money, gone = inventory.waiting(ids), payments.of_orders(ids), credits.given_pieces(ids)
    for order in found:
        is_wanted = payments.state_of(money[order.id]) != "refunded" and order.id not in waiting
        kept = (line for line in order.lines if line.quantity > gone.get((order.id, line.position), 0))
        if is_wanted and any(line.requires_shipping for line in kept):
            yield Fault(order.number, "is paid, and nothing is being sent")


def _find_wrong_gift_cards() -> Iterator[Fault]:
    is_late = orders.Order.confirmed_at < clock.now() - _STARTED_WITHIN
    has_some = exists().where(OrderLine.order_id == orders.Order.id, OrderLine.is_gift_card)
    return orders.examine(_see_wrong_gift_cards, is_late, has_some)


def _see_wrong_gift_cards(found: Sequence[orders.Order]) -> Iterator[Fault]:
    ids = [order.id for order in found]
    money, gone, issued = payments.of_orders(ids), credits.given_pieces(ids), gift_cards.count_kept(ids)
    for order in found:
        is_taken = payments.state_of(money[order.id]) in TAKEN
        for line in (line for line in order.lines if line.is_gift_card):
            key = (order.id, line.position)
            cards, pieces = issued.get(key, 0), line.quantity - gone.get(key, 0)
            if cards != pieces and (is_taken or cards):
                yield Fault(order.number, f"bought {pieces} gift cards as line {line.position}, and has {cards}")


def _find_waiting() -> Iterator[Fault]:
    late = Shipment.state.in_(_WAITS) & (Shipment.created_at < clock.now() - _LABELLED_WITHIN)
    for row in walk(select(Shipment.state, Shipment.created_at).where(late), Shipment.id):
        yield Fault(row.key, f"is {row.state} and has no label since {row.created_at:%Y-%m-%d %H:%M}")


def _find_wrong_contents() -> Iterator[Fault]:
    is_sent = (Shipment.order_id == OrderLine.order_id) & (Shipment.state != ShipmentState.VOIDED)
    packed = (
        select(func.coalesce(func.sum(ShipmentLine.quantity), 0))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(is_sent, ShipmentLine.order_id == OrderLine.order_id, ShipmentLine.position == OrderLine.position)
        .scalar_subquery()
    )
    meant = OrderLine.quantity - CANCELLED
    query = select(meant.label("meant"), packed.label("packed"))
    query = query.where(OrderLine.requires_shipping, exists().where(is_sent), meant != packed)
    for row in walk(query, func.concat(OrderLine.order_id, "/", OrderLine.position)):
        yield Fault(row.key, f"{row.meant} pieces are to be sent, and {row.packed} are in a parcel")


def _find_wrong_labels() -> Iterator[Fault]:
    is_its = (LabelAttempt.state == "bought") & (LabelAttempt.tracking_number == Shipment.tracking_number)
    bought, others = (
        func.count(LabelAttempt.id).filter(is_its),
        func.count(LabelAttempt.id).filter(LabelAttempt.state == "bought", ~is_its),
    )
    query = select(Shipment.state, Shipment.tracking_number, bought.label("bought"), others.label("others"))
    query = query.outerjoin(LabelAttempt, LabelAttempt.shipment_id == Shipment.id).group_by(Shipment.id)
    for row in walk(query.where(Shipment.state.not_in(_NEEDS_NONE)).having((bought != 1) | (others != 0)), Shipment.id):
        number = row.tracking_number or "nothing"
        yield Fault(row.key, f"travels as {number}; {row.bought} labels were bought for that, {row.others} for others")


def _find_lost_pages() -> Iterator[Fault]:
    """Compare with a list of what is kept, a thousand at a time; only what is not on it is asked for by itself."""
    pages = stores.s3().get_paginator("list_objects_v2").paginate(Bucket=stores.bucket(), Prefix=LABELS)
    kept = {listed["Key"] for page in pages for listed in page.get("Contents", [])}
    for row in walk(select(Shipment.label_key).where(Shipment.label_key.is_not(None)), Shipment.id):
        if row.label_key in kept:
            continue
        try:  # it may have been bought since
            stores.s3().head_object(Bucket=stores.bucket(), Key=row.label_key)
        except ClientError as error:
            yield Fault(row.key, f"its label {row.label_key} is not in S3: {error.response['Error']['Code']}")


CHECKS = (
    Check(
        "parcels.started",
        "What is paid is being sent.",
        _find_unstarted,
        mend=orders.mend_by("fulfilment.start"),
        because="a unique constraint allows an order one first parcel",
    ),
    Check(
        "parcels.labelled",
        "A parcel has its label within eight hours.",
        _find_waiting,
        mend=mend_by("fulfilment.buy_label"),
        because="a repeat asks the carrier by our reference before it buys; what is in doubt is left to staff",
    ),
    Check(
        "gift_cards.issued",
        "Each piece of a gift card that was bought and not given back has its card.",
        _find_wrong_gift_cards,
        mend=orders.mend_by("fulfilment.issue_gift_cards"),
        because="a unique constraint gives each piece one card; none is made before its money is here",
    ),
    Check("parcels.contents", "A parcel holds what was bought and not cancelled.", _find_wrong_contents),
    Check("parcels.labels", "A parcel travels with the one label that was bought for it.", _find_wrong_labels),
    Check("parcels.pages", "Every label is there to be printed.", _find_lost_pages),
)
