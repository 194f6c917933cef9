"""Buying labels. Each wanted label is an attempt; its id is our reference at the carrier, and the way back to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from app import clock, config, db, stores
from app.errors import Conflict, Invalid, Unavailable
from app.queue import done, later
from app.services import audit, credits, orders, payments, shipping
from app.services.accounts import Staff
from app.services.fulfilment.models import LabelAttempt, Shipment
from app.services.fulfilment.shipments import get_for_job, lock, move
from app.services.fulfilment.states import ShipmentState

# A call that we gave up on may still be at work over there: a "no such label" counts only after this long.
SETTLES_AFTER = timedelta(seconds=60)
# A carrier that has not told for this long what came of a call will not: staff decide.
GIVE_UP_AFTER = timedelta(hours=6)
LABELS = "labels/"  # where in the bucket they lie
_OWN_FOR = timedelta(days=90)  # no carrier gives a number to another parcel sooner
_FASTER = "Somebody was faster, and the parcel has another label by now. Please look at it again."

_LIVE = select(LabelAttempt).where(
    LabelAttempt.shipment_id == bindparam("shipment"), LabelAttempt.state.in_(["open", "bought"])
)
_CALLED = (
    update(db.table_of(LabelAttempt))
    .where(LabelAttempt.id == bindparam("attempt"), LabelAttempt.asked_at.is_not_distinct_from(bindparam("before")))
    .values(asked_at=bindparam("at"), calls=LabelAttempt.calls + bindparam("more"))
    .returning(LabelAttempt.id)
)


def buy_label(shipment_id: str) -> None:
    """Buy the label of a pending shipment, keep it in S3, and have the customer told.

    Safe to repeat after a crash anywhere: what was asked before is first looked for. Raises Unavailable while the
    carrier does not answer or another job asks it for this label, so that the job is tried again.
    """
    attempt = _open_attempt(shipment_id)
    if attempt is None:
        return
    labels = _find_labels(attempt) if attempt.asked_at else []
    if labels is None:
        _ask_staff(attempt, "UPS cannot say whether it sold us this label. Use it, or void it.")
        return
    if not labels and attempt.asked_at and clock.now() - attempt.asked_at < SETTLES_AFTER:
        with db.orders.transaction():
            later("fulfilment.buy_label", shipment_id, delay=SETTLES_AFTER)
            done()
        return
    for spare in labels[1:]:  # a call came through after all: sold twice under one reference
        _give_back(attempt, spare)
    try:
        label = labels[0] if labels else _buy(attempt)
    except Invalid as refusal:
        _note_refusal(attempt, str(refusal))
        return
    if not _record(attempt, label):
        _give_back(attempt, label)


def use_label(staff: Staff, shipment_id: str, tracking_number: str) -> None:
    """Take the label with this tracking number for a shipment in doubt; raise Invalid when the carrier has none.

    Raises Conflict when the parcel has another label by now.
    """
    attempt, number = _attempt_in_doubt(shipment_id), tracking_number.replace(" ", "").upper()
    with db.orders.reading() as session:
        of_another = (Shipment.tracking_number == number) & (Shipment.label_at > clock.now() - _OWN_FOR)
        if session.scalar(select(Shipment.id).where(of_another).limit(1)):
            raise Invalid(f"Label {number} is on another parcel.", tracking_number="Enter the number of its own label.")
    label = shipping.recover_label(number)
    if label is None:
        raise Invalid(f"UPS has no label {tracking_number}.", tracking_number="Check the number in UPS's own records.")
    if not _record(attempt, label, actor=staff.actor):
        raise Conflict(_FASTER)


def void_label(staff: Staff, shipment_id: str) -> None:
    """Give a shipment's label back, if it has one, and buy another. Raises Invalid once the carrier has the parcel."""
    shipment = get_for_job(shipment_id)
    if shipment.state not in {ShipmentState.MAYBE_BOUGHT, ShipmentState.REFUSED, ShipmentState.LABEL_BOUGHT}:
        raise Conflict("Only a label that is bought, refused or in doubt can be replaced.")
    if shipment.tracking_number:
        shipping.void_label(shipment.tracking_number)
    with db.orders.transaction():
        given_back, shipment = shipment.tracking_number, lock(shipment_id)
        if shipment.tracking_number != given_back:
            raise Conflict(_FASTER)
        said = "The label was given back; another one will be bought."
        _begin_anew(shipment, said, act="void_label", actor=staff.actor)


def send_again(shipment_id: str, *, actor: str) -> None:
    """Have a parcel that came back sent once more, with another label, in the open transaction; Conflict for others."""
    shipment = lock(shipment_id)
    if shipment.state != ShipmentState.RETURNED:
        raise Conflict("This parcel did not come back, or is being sent again already.")
    _begin_anew(shipment, "The parcel is sent again; another label will be bought.", act="send_again", actor=actor)


def _begin_anew(shipment: Shipment, said: str, *, act: str, actor: str) -> None:
    """Have another label bought for a locked parcel; the one that it had is over."""
    before = _audited(shipment)
    move(shipment, ShipmentState.PENDING, said, actor=actor)
    shipment.tracking_number = shipment.label_key = shipment.label_at = shipment.problem = None
    for attempt in db.orders.session.scalars(_LIVE, {"shipment": shipment.id}):
        attempt.state = "void"
    audit.record(
        db.orders, actor, f"shipment.{act}", f"shipment:{shipment.id}", before=before, after=_audited(shipment)
    )
    later("fulfilment.buy_label", shipment.id)


def _open_attempt(shipment_id: str) -> LabelAttempt | None:
    """Return the attempt to go on with, made if need be; None when no label is wanted (any more)."""
    with db.orders.transaction() as session:
        shipment = lock(shipment_id)
        if shipment.state != ShipmentState.PENDING:
            done()
            return None
        attempt = session.scalars(_LIVE, {"shipment": shipment_id}).one_or_none()
        if attempt is not None:
            return attempt
        order, paid = orders.get_for_job(shipment.order_id), payments.of_order(shipment.order_id)
        if credits.owed_of(order, paid):
            done()  # it waits for its money; start() is asked for again when that has come
            return None
        if not _is_wanted(order, paid):
            move(
                shipment,
                ShipmentState.VOIDED,
                "Nothing is sent: the order was cancelled or refunded, or its card holds no money any more.",
            )
            done()
            return None
        attempt = LabelAttempt(
            id=db.new_id(), shipment_id=shipment_id, state="open", calls=0, created_at=clock.now(), asked_at=None
        )
        session.add(attempt)
        return attempt


def _is_wanted(order: orders.Order, paid: Sequence[payments.Payment]) -> bool:
    # A hold may have ended whose order owes nothing any more, as a gift card pays what is left of it.
    is_paid = payments.state_of(paid) not in {"refunded", "lapsed"} or payments.kept_of(paid) > 0
    return is_paid and order.state == orders.OrderState.CONFIRMED


def _find_labels(attempt: LabelAttempt) -> list[shipping.Label] | None:
    """Ask what came of the earlier call; None when the carrier cannot say, or has not answered for hours."""
    try:
        return shipping.find_labels(attempt.id)
    except shipping.Refused:
        return None
    except Unavailable:
        if clock.now() - attempt.created_at > GIVE_UP_AFTER:
            return None
        raise


def _buy(attempt: LabelAttempt) -> shipping.Label:
    """Note that we ask, in a commit of its own, then ask. A call that never left is not one that may have acted.

    From that note on nobody corrects the address, so it is read after.
    """
    asked_at = clock.now()
    _note_call(attempt, attempt.asked_at, asked_at)
    try:
        return shipping.buy_label(_parcel(attempt))
    except shipping.NotAsked:
        _note_call(attempt, asked_at, None)
        raise


def _note_call(attempt: LabelAttempt, before: datetime | None, asked_at: datetime | None) -> None:
    """Put `asked_at` where `before` was read: of two jobs that want the same label, only one asks for it."""
    values = {"attempt": attempt.id, "before": before, "at": asked_at, "more": int(asked_at is not None)}
    if not db.orders.alone(_CALLED, values):
        raise Unavailable("Another job is asking for this label.")


def _give_back(attempt: LabelAttempt, spare: shipping.Label) -> None:
    try:
        shipping.void_label(spare.tracking_number)
    except Invalid as refusal:
        order_id = get_for_job(attempt.shipment_id).order_id
        orders.note(order_id, "spare_label", f"Label {spare.tracking_number} was sold to us twice. {refusal}")


def _parcel(attempt: LabelAttempt) -> shipping.Parcel:
    shipment = get_for_job(attempt.shipment_id)
    order, shop = orders.get_for_job(shipment.order_id), config.current()
    lines = {line.position: line for line in order.lines}
    sent = [(lines[line.position], line.quantity) for line in shipment.lines]
    sender = shipping.Party(
        name=shop.name, lines=(shop.street,), city=shop.city, postal_code=shop.postal_code, region=shop.region,
        country=shop.country, phone=shop.phone,
    )  # fmt: skip
    return shipping.Parcel(
        reference=attempt.id,
        order_number=order.number,
        service=shipment.service_code,
        weight_grams=sum(line.weight_grams * quantity for line, quantity in sent),
        contents=", ".join(dict.fromkeys(line.title for line, _ in sent)),
        sender=sender,
        receiver=shipping.Party.receiver(order.address, phone=order.phone or ""),
    )


def _record(attempt: LabelAttempt, label: shipping.Label, *, actor: str = "shop") -> bool:
    """Keep the page, then note all of it in one commit; False when the parcel has another label by now.

    The page's key names its label: a repeat writes the same page, and nothing else is ever written over it.
    """
    key = f"{LABELS}{attempt.id}-{label.tracking_number}.pdf"
    db.require_no_transaction()
    stores.s3().put_object(Bucket=stores.bucket(), Key=key, Body=label.pdf, ContentType="application/pdf")
    with db.orders.transaction() as session:
        shipment = lock(attempt.shipment_id)
        if shipment.state == ShipmentState.LABEL_BOUGHT:  # another job was here first
            return shipment.tracking_number == label.tracking_number
        row = session.get_one(LabelAttempt, attempt.id)
        row.state, row.tracking_number = "bought", label.tracking_number
        if shipment.state == ShipmentState.VOIDED:  # cancelled while the carrier was asked
            later("fulfilment.give_label_back", shipment.id)
            done()
            return True
        if label.cost:
            row.cost, row.currency = label.cost.amount, label.cost.currency
        before = _audited(shipment)
        shipment.tracking_number, shipment.label_key, shipment.label_at = label.tracking_number, key, clock.now()
        shipment.problem = None
        move(shipment, ShipmentState.LABEL_BOUGHT, f"A label was bought: UPS {label.tracking_number}.", actor=actor)
        if actor != "shop":
            after = _audited(shipment)
            audit.record(db.orders, actor, "shipment.use_label", f"shipment:{shipment.id}", before=before, after=after)
        later("email.order_shipped", shipment.id, key=f"shipped:{attempt.id}")
        later("checkout.capture", shipment.order_id, key=f"capture:{attempt.id}")
        done()
        return True


def _ask_staff(attempt: LabelAttempt, why: str) -> None:
    with db.orders.transaction():
        shipment = lock(attempt.shipment_id)
        shipment.problem = why
        move(shipment, ShipmentState.MAYBE_BOUGHT, why)
        done()


def _note_refusal(attempt: LabelAttempt, why: str) -> None:
    with db.orders.transaction() as session:
        shipment = lock(attempt.shipment_id)
        shipment.problem = why
        session.get_one(LabelAttempt, attempt.id).state = "refused"
        move(shipment, ShipmentState.REFUSED, why)
        done()


def _attempt_in_doubt(shipment_id: str) -> LabelAttempt:
    with db.orders.reading() as session:
        shipment = session.get(Shipment, shipment_id)
        attempt = session.scalars(_LIVE, {"shipment": shipment_id}).one_or_none()
    if shipment is None or attempt is None or shipment.state != ShipmentState.MAYBE_BOUGHT:
        raise Conflict("This parcel is not in doubt.")
    return attempt


def _audited(shipment: Shipment) -> dict[str, str | None]:
    return {"state": shipment.state, "tracking_number": shipment.tracking_number}
