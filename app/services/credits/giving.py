"""Giving back: what it comes to, and the one transaction in which stock, refunds, timeline and audit are written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select

from app import clock, db
from app.errors import Conflict, Invalid
from app.money import Money
from app.queue import later
from app.services import audit, inventory, orders, payments
from app.services.credits.amounts import Bought, Piece, Share, Sum, by_rate, left_of, pieces_of, work_out
from app.services.credits.gift_cards import BOUND, beside_cards, refusal, unspent, void, worth_kept
from app.services.credits.models import Credit, CreditLine
from app.services.credits.moving import Unmoved, charged_of, gone_of, owed_of, unmoved_of
from app.services.credits.reading import of_order
from app.services.orders import Order
from app.services.pricing import RateTotal

_ABOVE_ZERO = "Enter an amount above zero."
_DONE = {"refund": "{} are given back", "cancellation": "{} are given back for what was cancelled",
         "return": "{} are given back for what was returned"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be given back: pieces of lines by position, minor units of the delivery, and a free amount."""

    quantities: Mapping[int, int] = field(default_factory=dict)
    delivery: int = 0
    free: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What of an order was given back and what is left. `version` counts its credits."""

    pieces: Mapping[int, int]
    delivery: Money
    left: Money
    version: int


def balance_of(order: Order, earlier: Sequence[Credit]) -> Balance:
    """Return what can still be given back of an order: pieces by position, delivery, and in all.

    A gift card that something was spent of is no piece that can be given back.
    """
    lines, delivery = _bought(order)
    given = [sum_of(each) for each in earlier]
    gone = pieces_of(given)
    back = Money.total((each.delivery_paid for each in given), order.currency)
    return Balance(
        pieces=unspent(order, {line.position: line.quantity - gone.get(line.position, 0) for line in order.lines}),
        delivery=Money.total((share.paid for share in delivery), order.currency) - back,
        left=left_of(lines, delivery, given, order.currency),
        version=len(earlier),
    )


def quote(order: Order, wish: Wish, earlier: Sequence[Credit]) -> Sum:
    """Return what giving back `wish` comes to; raise Invalid for more than is left, or for nothing."""
    balance = balance_of(order, earlier)
    lines, delivery = _bought(order)
    problems = {
        f"line-{position}": refusal(order, position, balance.pieces.get(position, 0))
        for position, quantity in wish.quantities.items()
        if not 0 <= quantity <= balance.pieces.get(position, 0)
    }
    if wish.delivery > balance.delivery.amount:
        problems["delivery"] = f"Up to {balance.delivery} can be given back."
    below = {name: _ABOVE_ZERO for name in ("delivery", "free") if getattr(wish, name) < 0}
    if below:
        raise Invalid(_ABOVE_ZERO, **problems, **below)
    if problems:
        raise Invalid("No more than what is left can be refunded.", **problems)
    if not any((*wish.quantities.values(), wish.delivery, wish.free)):
        raise Invalid("Choose what to refund first.")
    given = [sum_of(each) for each in earlier]
    work = partial(
        work_out, lines, delivery, given, quantities=wish.quantities, delivery_back=Money(wish.delivery, order.currency)
    )
    try:
        amounts = work(free=Money(wish.free, order.currency))
    except ValueError as error:
        advice = f"Only {balance.left} of this order can still be given back."
        raise Invalid(advice, free=advice) from error
    if order.has_gift_cards:
        wanted, most = beside_cards(order, amounts, pieces_of(given), left=balance.left, gone=gone_of(order))
        if wanted > most:
            if wish.free:
                advice = BOUND.format(most)
                raise Invalid(advice, free=advice)
            return work(free=most - wanted)  # a free amount that was given before anticipated the rest
    return amounts


def give(
    order: Order,
    wish: Wish,
    *,
    kind: str,
    reason: str,
    actor: str,
    key: str,
    restock: Collection[int] = (),
    version: int | None = None,
    despite_dispute: bool = False,
) -> Credit:
    """Give `wish` back in the open transaction, whose caller has locked the order. The same `key` gives once.

    Lines in `restock` go back on the shelf. Raises Invalid for more than is left, and Conflict when there is another
    number of credits than `version`, as somebody was faster, and when a bank disputes the money; `despite_dispute`
    credits that too, and gives back the rest.
    """
    session = db.orders.session
    known = session.scalars(select(Credit).where(Credit.key == key)).one_or_none()
    if known is not None:
        return known
    earlier = of_order(order.id)
    if order.confirmed_at is None:
        raise Conflict("Nothing was paid for this order, so there is nothing to refund.")
    if version is not None and version != len(earlier):
        raise Conflict("Somebody else refunded something meanwhile. Please check again.")
    amounts = quote(order, wish, earlier)
    unmoved = unmoved_of(order, amounts)
    credit = _write(order, amounts, kind=kind, reason=reason, actor=actor, key=key, restock=restock)
    if unmoved.unpaid:
        _lower_debt(order, credit)
    refunds: Sequence[payments.Refund] = ()
    if charged := charged_of(order, amounts.paid.amount, earlier):
        kept = worth_kept(order, pieces_of([*map(sum_of, earlier), amounts]))
        refunds = payments.ask_refunds(
            order.id, charged, reason=reason, actor=actor, key=refund_key(credit), despite_dispute=despite_dispute,
            bound=kept.amount,
        )  # fmt: skip
    if order.has_gift_cards:
        void(order, credit)
    _restock(order, credit)
    orders.note(order.id, kind, _in_words(order, credit, refunds, unmoved), actor=actor)
    after = {
        "credit": credit.id, "kind": kind, "amount": credit.amount, "currency": credit.currency, "reason": reason,
        "lines": {str(line.position): line.quantity for line in credit.lines}, "restocked": sorted(restock),
    }  # fmt: skip
    audit.record(db.orders, actor, f"order.{kind}", f"order:{order.id}", after=after)
    later("documents.credit_note", credit.id)
    return credit


def give_as_staff(
    order: Order, wish: Wish, *, reason: str, actor: str, key: str, restock: Collection[int], version: int, amount: int
) -> Credit:
    """Have staff give something back; Conflict when it comes to another amount than the one they saw, as `give` too."""
    with db.orders.transaction():
        locked = orders.lock(order.id)
        credit = give(
            locked, wish, kind="refund", reason=reason, actor=actor, key=key, restock=restock, version=version
        )
        if credit.amount != amount:
            raise Conflict(f"This comes to {credit.amount_money}. Please check, and confirm that amount.")
    return credit


def refund_key(credit: Credit) -> str:
    """Return the key under which a credit's refunds are asked for."""
    return f"credit:{credit.id}"


def rates_of(order: Order, credit: Credit) -> list[RateTotal]:
    """Return a credit's net and tax by rate."""
    return by_rate(_bought(order)[0], sum_of(credit))


def sum_of(credit: Credit) -> Sum:
    """Return a kept credit as the amounts that it was worked out to."""
    return Sum(
        pieces=tuple(
            Piece(line.position, line.quantity, Money(line.amount, credit.currency), Money(line.tax, credit.currency))
            for line in credit.lines
        ),
        delivery=_from_rows(credit.delivery, credit.currency),
        adjustment=_from_rows(credit.adjustment, credit.currency),
        currency=credit.currency,
    )


def _write(
    order: Order, amounts: Sum, *, kind: str, reason: str, actor: str, key: str, restock: Collection[int]
) -> Credit:
    credit = Credit(
        id=db.new_id(), order_id=order.id, key=key, kind=kind, reason=reason, actor=actor, currency=order.currency,
        amount=amounts.paid.amount, tax=amounts.tax.amount, delivery=_as_rows(amounts.delivery),
        adjustment=_as_rows(amounts.adjustment), created_at=clock.now(),
    )  # fmt: skip
    credit.lines = [
        CreditLine(
            credit_id=credit.id, position=piece.position, order_id=order.id, quantity=piece.quantity,
            amount=piece.paid.amount, tax=piece.tax.amount, is_restocked=piece.position in restock,
        )
        for piece in amounts.pieces
    ]  # fmt: skip
    db.orders.session.add(credit)
    db.orders.session.flush()
    return credit


def _in_words(order: Order, credit: Credit, refunds: Sequence[payments.Refund], unmoved: Unmoved) -> str:
    """Say how much is given back, for how many of which things, and why."""
    lines = {line.position: line for line in order.lines}
    names = [(each.quantity, lines[each.position].title, lines[each.position].options_label) for each in credit.lines]
    things = "; ".join(f"{count} × {title}{options and f', {options}'}" for count, title, options in names)
    said = _DONE[credit.kind].format(credit.amount_money)
    if withheld := sum(each.amount for each in refunds if payments.is_withheld(each)):
        said += f", but for {Money(withheld, credit.currency)} that the customer's bank took for a dispute"
    if unmoved.unpaid:
        said += f", but for {unmoved.unpaid} that was not paid"
    if unmoved.gone and credit.actor != "stripe":  # whose own credit is for what went back just now
        said += f", but for {unmoved.gone} that went back before"
    return f"{said}: {things}. Reason: {credit.reason}" if things else f"{said}: {credit.reason}"


def _lower_debt(order: Order, credit: Credit) -> None:
    """Have a customer who is to pay again asked for what is still owed; where that is nothing, the order goes on."""
    owed = owed_of(order)
    payments.ask_less(order.id, owed.amount)
    if not owed:
        orders.end_attention(order.id, "lapsed", "capture_refused", "taken_back")
        later("checkout.close_open", order.id, key=f"close-open:{credit.id}")
        later("fulfilment.start", order.id, key=f"fulfil:{order.id}:{credit.id}")


def _restock(order: Order, credit: Credit) -> None:
    variants = {line.position: line.variant_id for line in order.lines}
    back = sorted((variants[line.position], line.quantity) for line in credit.lines if line.is_restocked)
    for variant_id, quantity in back:
        reason = f"Order {order.number}: {credit.reason}"
        inventory.restock(
            variant_id, quantity, reason=reason, actor=credit.actor, reference=f"credit:{credit.id}", order_id=order.id
        )


def _bought(order: Order) -> tuple[list[Bought], list[Share]]:
    """Return what was paid for lines and for delivery, by tax rate; delivery is what a rate has beside its lines."""
    names = {Decimal(each.rate): each.name for each in reversed(order.breakdown.rates)}
    lines = [
        Bought(
            line.position, line.quantity, order.paid_for(line), Money(line.tax, line.currency),
            (names.get(line.tax_rate, "VAT"), line.tax_rate.normalize()),
        )
        for line in order.lines
    ]  # fmt: skip
    delivery = []
    for rate, name in names.items():
        at_rate = [each for each in order.breakdown.rates if each.rate == rate]
        goods = [line for line in lines if line.key[1] == rate]
        paid = sum(each.net.amount + each.tax.amount for each in at_rate) - sum(line.paid.amount for line in goods)
        tax = sum(each.tax.amount for each in at_rate) - sum(line.tax.amount for line in goods)
        if paid:
            delivery.append(Share((name, rate.normalize()), Money(paid, order.currency), Money(tax, order.currency)))
    return lines, delivery


def _as_rows(shares: Sequence[Share]) -> list[dict[str, Any]]:
    return [
        {"name": share.key[0], "rate": str(share.key[1]), "paid": share.paid.amount, "tax": share.tax.amount}
        for share in shares
    ]


def _from_rows(rows: Sequence[Mapping[str, Any]], currency: str) -> tuple[Share, ...]:
    return tuple(
        Share((row["name"], Decimal(row["rate"])), Money(row["paid"], currency), Money(row["tax"], currency))
        for row in rows
    )
