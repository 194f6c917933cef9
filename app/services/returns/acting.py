"""What happens to a return: asked for, decided, received, refunded. Each move locks the order, then the return."""

from collections.abc import Mapping

from sqlalchemy import func, select

from app import clock, db
from app.errors import Conflict, Invalid
from app.queue import later
from app.services import audit, credits, fulfilment, inventory, orders
from app.services.accounts import Staff
from app.services.credits import Wish
from app.services.orders import Order
from app.services.returns.models import Return, ReturnLine
from app.services.returns.reading import get_for_job, restockable, returnable
from app.services.returns.states import MOVES, ReturnState

REASONS = {
    "other": "I changed my mind",
    "damaged": "It came damaged",
    "wrong": "It is not what I ordered",
    "described": "It looks different from the pictures",
}
_LONGEST = 1000


def request(order: Order, quantities: Mapping[int, int], *, reason: str, words: str, key: str) -> Return:
    """Ask for a return of pieces of an order's lines, by position. The same `key` asks once.

    Nobody owes a reason: without one they changed their mind. Raises Invalid for nothing, an unknown reason or too many
    words; Conflict for more than may still be returned.
    """
    wanted = {position: quantity for position, quantity in quantities.items() if quantity}
    reason = reason or "other"
    if not wanted:
        raise Invalid("Choose first what you want to send back.")
    if reason not in REASONS:
        raise Invalid("Say why.", reason="Choose a reason.")
    if len(words) > _LONGEST:
        raise Invalid("That is too long.", words=f"Write up to {_LONGEST} characters.")
    with db.orders.transaction() as session:
        orders.lock(order.id)
        known = session.scalars(select(Return).where(Return.key == key)).one_or_none()
        if known is not None:
            return known
        possible = returnable(order)
        for position, quantity in sorted(wanted.items()):
            if quantity > (most := possible.get(position, 0)):
                title = order.lines[position - 1].title
                raise Conflict(f"Of “{title}”, {most or 'none'} can be sent back. Please look at the numbers again.")
        count = session.scalar(select(func.count()).select_from(Return).where(Return.order_id == order.id)) or 0
        moment = clock.now()
        made = Return(
            id=db.new_id(), order_id=order.id, order_number=order.number, number=count + 1, key=key,
            state=ReturnState.REQUESTED, reason=reason, words=words.strip(), answer=None, credit_id=None,
            requested_at=moment, changed_at=moment,
        )  # fmt: skip
        made.lines = [
            ReturnLine(return_id=made.id, position=position, order_id=order.id, quantity=quantity, damaged=0)
            for position, quantity in sorted(wanted.items())
        ]
        session.add(made)
        session.flush()
        orders.note(order.id, "return_requested", f"The customer wants to return: {REASONS[reason]}.", actor="customer")
        _mail(made)
    return made


def approve(staff: Staff, return_id: str) -> Return:
    """Let the customer send it back; they are told where to."""
    with db.orders.transaction():
        found = _lock(return_id)
        _move(found, ReturnState.APPROVED, "The return was approved.", staff)
    return found


def decline(staff: Staff, return_id: str, why: str, *, goes_back: bool | None = None) -> Return:
    """Decline a return, or end one that never came; the customer reads `why`.

    Of what came already, `goes_back` says whether the customer gets it again: then it leaves the shelf, and may be
    announced once more; what stays here may not. Raises Conflict when orders need those pieces by now.
    """
    why = why.strip()
    if not 0 < len(why) <= _LONGEST:
        raise Invalid("Say why.", why=f"Say why, in up to {_LONGEST} characters; the customer reads it.")
    with db.orders.transaction():
        found = _lock(return_id)
        found.answer = why
        if found.state == ReturnState.RECEIVED:
            if goes_back is None:
                raise Invalid("Say where the pieces go.", goes="Choose where the pieces go.")
            found.sent_back = goes_back
        _move(found, ReturnState.DECLINED, f"The return was declined: {why}", staff)
        if found.sent_back:
            for variant_id, whole in _whole_of(found):
                inventory.take_off(
                    variant_id, whole, reason=f"Order {found.order_number}: sent back to the customer",
                    actor=staff.actor, reference=f"return:{found.id}",
                )  # fmt: skip
    return found


def receive(
    staff: Staff, return_id: str, damaged: Mapping[int, int], *, came: Mapping[int, int] | None = None
) -> Return:
    """Note what `came` (by position; all of it unless said): what is whole goes back on the shelf, `damaged` does not.

    What was announced and did not come can be announced again.
    """
    with db.orders.transaction():
        found = _lock(return_id)
        _note_what_came(
            found, {line.position: line.quantity for line in found.lines} if came is None else came, damaged
        )
        _move(found, ReturnState.RECEIVED, _what_came(found), staff)
        for variant_id, whole in _whole_of(found):
            inventory.restock(
                variant_id, whole, reason=f"Order {found.order_number}: returned", actor=staff.actor,
                reference=f"return:{found.id}",
            )  # fmt: skip
    return found


def refund(staff: Staff, return_id: str, *, delivery: int, amount: int) -> Return:
    """Give back what came, and `delivery` minor units of the delivery.

    Raises Conflict when it comes to another `amount` than the one that staff saw.
    """
    with db.orders.transaction():
        found = _lock(return_id)
        if found.state == ReturnState.REFUNDED:
            return found
        order = orders.get_for_job(found.order_id)
        wish = Wish({line.position: line.pieces for line in found.lines if line.pieces}, delivery=delivery)
        _check(found, ReturnState.REFUNDED)
        credit = credits.give(
            order, wish, kind="return", reason=REASONS[found.reason], actor=staff.actor, key=f"return:{found.id}"
        )
        if credit.amount != amount:
            raise Conflict("Something changed meanwhile. Please check the new amount.")
        found.credit_id = credit.id
        _move(found, ReturnState.REFUNDED, "The return was refunded.", staff)
    return found


def send_again(staff: Staff, shipment_id: str) -> None:
    """Send a parcel that the carrier brought back once more: another label is bought for what is in it.

    Raises Conflict when some of it was given back, put on the shelf or announced as a return meanwhile.
    """
    with db.orders.transaction():
        shipment = fulfilment.get_for_job(shipment_id)
        order = orders.lock(shipment.order_id)
        paid, with_it = credits.balance_of(order, credits.of_order(order.id)).pieces, restockable(order)
        if any(line.quantity > min(paid[line.position], with_it[line.position]) for line in shipment.lines):
            raise Conflict("Some of it was refunded or returned, so it cannot be sent again.")
        fulfilment.send_again(shipment_id, actor=staff.actor)


def _lock(return_id: str) -> Return:
    orders.lock(get_for_job(return_id).order_id)
    return db.orders.session.get_one(Return, return_id, with_for_update=True, populate_existing=True)


def _note_what_came(found: Return, came: Mapping[int, int], damaged: Mapping[int, int]) -> None:
    """Keep how many of each line came and are damaged; raise Invalid, by field, for what cannot be."""
    problems: dict[str, str] = {}
    for line in found.lines:
        line.came, line.damaged = came.get(line.position, 0), damaged.get(line.position, 0)
        if not 0 <= line.came <= line.quantity:
            problems[f"came-{line.position}"] = f"From 0 to {line.quantity}."
        elif not 0 <= line.damaged <= line.came:
            problems[f"line-{line.position}"] = f"From 0 to {line.came}."
    if any(name.startswith("came-") for name in problems):
        raise Invalid(
            "More than was announced cannot come by this return. Note what was announced; for the rest, give the money "
            "back on the order's page.", **problems,
        )  # fmt: skip
    if problems:
        raise Invalid("More than came cannot be damaged.", **problems)
    if not any(line.came for line in found.lines):
        raise Invalid("Enter how many came. When nothing ever came, end the return below.")


def _whole_of(found: Return) -> list[tuple[str, int]]:
    """Return how many of each variant came whole, as the shelf has them, in order of variant."""
    variants = {line.position: line.variant_id for line in orders.get_for_job(found.order_id).lines}
    return sorted(
        (variants[line.position], line.pieces - line.damaged) for line in found.lines if line.pieces > line.damaged
    )


def _check(found: Return, to: ReturnState) -> None:
    if to not in MOVES[ReturnState(found.state)]:
        twice = "already; that was not done twice" if found.state == to else "meanwhile, so nothing was changed"
        raise Conflict(f"This return was {found.state} {twice}.")


def _move(found: Return, to: ReturnState, why: str, staff: Staff) -> None:
    """Move a locked return, with a line in its order's timeline, an audit row and a mail."""
    _check(found, to)
    before, found.state, found.changed_at = found.state, to, clock.now()
    orders.note(found.order_id, f"return_{to}", why, actor=staff.actor)
    audit.record(
        db.orders, staff.actor, f"return.{to}", f"return:{found.id}", before={"state": before},
        after={
            "state": to, "sent_back": found.sent_back,
            "came": {str(line.position): line.came for line in found.lines},
            "damaged": {str(line.position): line.damaged for line in found.lines},
        },
    )  # fmt: skip
    _mail(found)


def _mail(found: Return) -> None:
    later("email.return_changed", found.id, found.state, key=f"return:{found.id}:{found.state}")


def _what_came(found: Return) -> str:
    announced, came, damaged = (
        sum(getattr(line, name) for line in found.lines) for name in ("quantity", "pieces", "damaged")
    )
    missing = f", {announced - came} not in the parcel" if came < announced else ""
    return f"The return came: {came - damaged} back on the shelf, {damaged} damaged{missing}."
