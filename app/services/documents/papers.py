"""What stands on an invoice and on a packing slip: words only, put together once and kept as they were.

Sources: UStG §14 (4) (https://www.gesetze-im-internet.de/ustg_1980/__14.html) and article 226 of the VAT Directive
2006/112/EC: seller and buyer, date and number, what and how many, discounts, net and tax by rate, the day of delivery.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app import clock, config, formats
from app.money import Money
from app.services import checkout, credits, fulfilment, orders, payments
from app.services.pricing import RateTotal

Paper = dict[str, Any]

_VOUCHERS = "Gift cards carry no tax: they are multi-purpose vouchers, taxed when they are spent (Directive 2016/1065)."


def invoice(
    order: orders.Order,
    label: str,
    issued_at: datetime,
    *,
    shipped_at: datetime | None,
    is_held: bool = False,
    is_owed: bool = False,
) -> Paper:
    """Return the words of an order's invoice; `is_held` while a card only holds its money, `is_owed` once that went."""
    parts = order.breakdown
    has_discount = any(line.discount for line in order.lines)
    columns = ["Quantity", "Each", *(["Discount"] if has_discount else []), "Tax", "Total"]
    facts = [
        ("Date", _day(issued_at)),
        ("Order", order.number),
        ("Ordered", _day(order.placed_at)),
        *([] if is_held or is_owed else [("Paid", _day(order.confirmed_at or issued_at))]),
        ("Delivered", _delivered(order, shipped_at)),
    ]
    return letterhead("Invoice", label, address_of(order), facts) | {
        "columns": ["", "Product", *columns],
        "lines": [_invoice_line(line, has_discount=has_discount) for line in order.lines],
        "sums": _sums(order),
        "total": ["Total", formats.money(parts.total)],
        **taxes(parts.rates),
        "notes": [
            *_how_taxed(order),
            *([_VOUCHERS] if order.has_gift_cards else []),
            *([_charged(order)] if is_held else [] if is_owed else ["Already paid. Thank you."]),
        ],
    }


def credit_note(
    order: orders.Order,
    credit: credits.Credit,
    label: str,
    issued_at: datetime,
    *,
    invoice: str,
    refunds: Sequence[payments.Refund],
    before: int,
) -> Paper:
    """Return the words of a credit note: what of an invoice is given back by `refunds`, or is not, and why.

    `before` minor units were given back without a credit.
    """
    lines = {line.position: line for line in order.lines}
    facts = [("Date", _day(issued_at)), ("Order", order.number), ("For invoice", invoice)]
    sums = [("Delivery", credit.delivery_money)] if credit.delivery else []
    if credit.adjustment_money.amount > 0:
        sums.append(("Price reduction", credit.adjustment_money))
    elif credit.adjustment_money.amount < 0:
        sums.append(("Less what was given back before", credit.adjustment_money))
    return letterhead("Credit note", label, address_of(order), facts) | {
        "columns": ["", "Product", "Quantity", "Tax", "With tax"],
        "lines": [
            {
                "position": str(each.position),
                **named(lines[each.position]),
                "cells": [
                    str(each.quantity),
                    formats.percent(lines[each.position].tax_rate),
                    formats.money(Money(each.amount, credit.currency)),
                ],
            }
            for each in credit.lines
        ],
        "sums": [[words, formats.money(money)] for words, money in sums],
        "total": ["Credited", formats.money(credit.amount_money)],
        **taxes(credits.rates_of(order, credit)),
        "notes": [f"Reason: {credit.reason}", _goes_back(credit, refunds, before)],
    }


def packing_slip(order: orders.Order, shipment: fulfilment.Shipment, issued_at: datetime) -> Paper:
    """Return the words of a parcel's packing slip: no prices, because it may be a present."""
    lines = {line.position: line for line in order.lines}
    facts = [("Date", _day(issued_at)), ("Order", order.number), ("Parcel", str(shipment.number))]
    return letterhead("Packing slip", order.number, address_of(order), facts) | {
        "columns": ["", "Product", "Quantity"],
        "lines": [
            {"position": str(place), **named(lines[each.position]), "cells": [str(each.quantity)]}
            for place, each in enumerate(shipment.lines, start=1)
        ],
        "notes": [f"Something missing or broken? Answer your order's mail, or write to {config.current().mail_from}."],
    }


def letterhead(title: str, number: str, to: Sequence[str], facts: Iterable[tuple[str, str]]) -> Paper:
    """Return what every sheet has: who sells, whom it is for, and the foot that the law asks for."""
    shop = config.current()
    seller = shop.legal_name or shop.name
    home = f"{shop.postal_code} {shop.city}".strip()
    tax_ids = [
        *([f"VAT id {shop.vat_id}"] if shop.vat_id else []),
        *([f"Tax number {shop.tax_number}"] if shop.tax_number else []),
    ]
    return {
        "title": title,
        "number": number,
        "seller": shop.name,
        "sender": f"{seller} · {shop.street} · {home}",
        "to": list(to),
        "facts": [list(fact) for fact in facts],
        "foot": [
            row for row in ([seller, shop.street, home, shop.country], [shop.mail_from, shop.phone],
                            [*tax_ids, *([shop.register] if shop.register else [])]) if row
        ],
    }  # fmt: skip


def taxes(rates: Sequence[RateTotal]) -> Paper:
    """Return the table of taxes: a row a rate, net, tax and gross."""
    return {
        "tax_columns": ["Tax", "Net", "Tax on it", "Gross"],
        "taxes": [
            [f"{each.name} {formats.percent(each.rate)}"]
            + [formats.money(amount) for amount in (each.net, each.tax, each.net + each.tax)]
            for each in rates
        ],
    }


def named(line: orders.OrderLine) -> Paper:
    """Return what a line is called, with its options and SKU below."""
    sku = [f"SKU {line.sku}"] if line.sku else []
    return {"name": line.title, "details": [*([line.options_label] if line.options_label else []), *sku]}


def address_of(order: orders.Order) -> list[str]:
    """Return the buyer's address as it is written in their country."""
    return checkout.Address.from_copy(order.address).formatted()


def _day(moment: datetime) -> str:
    return formats.day(clock.day_of(moment))


def _goes_back(credit: credits.Credit, refunds: Sequence[payments.Refund], before: int) -> str:
    """Say what becomes of a credit's money: some may never have come, and some the customer's bank may have taken.

    What does not go back was given back `before`, up to so many minor units.
    """
    taken = sum(each.amount for each in refunds if payments.is_withheld(each))
    made = sum(each.amount for each in refunds if not each.is_release)
    back = min(made, credit.amount) - taken  # one made at the provider itself may be more, for what failed before
    never_came = "was not charged" if any(each.is_release for each in refunds) else "was not paid"
    given = min(before, credit.amount - back - taken)
    if given == credit.amount:
        return "It was given back before, so nothing more goes back."
    if not back and not taken and not given:
        return f"It {never_came}, so nothing goes back."
    if taken == credit.amount:
        return "Your bank took this money back when the payment was disputed, so nothing more goes back."
    if back == credit.amount:
        return "It goes back the way it was paid."
    parts = {
        "goes back the way it was paid": back,
        "your bank took back when the payment was disputed": taken,
        "was given back before": given,
        never_came: credit.amount - back - taken - given,
    }
    said = [f"{formats.money(Money(amount, credit.currency))} {words}" for words, amount in parts.items() if amount]
    return f"Of this, {' and '.join(said)}."


def _how_taxed(order: orders.Order) -> list[str]:
    """Say whether the prices have tax in them; nothing of an order of gift cards alone, which has words of its own."""
    if order.tax:
        return ["All prices include tax." if order.prices_include_tax else "Tax is added below the prices."]
    return [] if all(line.is_gift_card for line in order.lines) else ["No VAT is charged."]


def _charged(order: orders.Order) -> str:
    if order.has_gift_cards:
        return "Your card is charged now, because a gift card was bought."
    return "Your card is charged when the parcel is ready to leave."


def _delivered(order: orders.Order, shipped_at: datetime | None) -> str:
    if shipped_at:
        return _day(shipped_at)
    return "with the parcel, after payment" if order.needs_shipping else "by mail, after payment"


def _invoice_line(line: orders.OrderLine, *, has_discount: bool) -> Paper:
    discount = formats.money(-Money(line.discount, line.currency)) if line.discount else ""
    cells = [str(line.quantity), formats.money(line.unit_price_money), *([discount] if has_discount else [])]
    return {
        "position": str(line.position),
        **named(line),
        "cells": [*cells, formats.percent(line.tax_rate), formats.money(line.total_money)],
    }


def _sums(order: orders.Order) -> list[list[str]]:
    """Return what adds up to the total: goods, what promotions took off, delivery, and tax where it is added."""
    parts = order.breakdown
    rows = [("Goods", parts.subtotal)]
    rows += [(each.name, -(each.goods + each.delivery)) for each in parts.savings if each.goods + each.delivery]
    if parts.delivery_full is not None:
        rows.append((f"Delivery, {order.delivery_name}", parts.delivery_full))
    if not parts.prices_include_tax:
        rows += [(f"{each.name} {formats.percent(each.rate)}", each.tax) for each in parts.rates if each.tax]
    return [[label, formats.money(money)] for label, money in rows]
