"""What credits come to: each sentence of `services/credits/amounts` as a property."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import Money
from app.services.credits.amounts import Bought, Share, Sum, by_rate, left_of, work_out

RATES = (Decimal(19), Decimal(7), Decimal(0))


def money(amount: int) -> Money:
    return Money(amount, "EUR")


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Bought], list[Share]]:
    """Lines at up to three rates, and a delivery shared out among them."""
    lines = []
    for position in range(1, draw(st.integers(1, 5)) + 1):
        paid = draw(st.integers(0, 20_000))
        tax = draw(st.integers(0, paid))
        key = ("VAT", draw(st.sampled_from(RATES)))
        lines.append(Bought(position, draw(st.integers(1, 7)), money(paid), money(tax), key))
    delivery = []
    for key in dict.fromkeys(line.key for line in lines):
        paid = draw(st.integers(0, 900))
        if paid:
            delivery.append(Share(key, money(paid), money(draw(st.integers(0, paid)))))
    return lines, delivery


def steps(draw: st.DataObject, lines: list[Bought], delivery: list[Share]) -> list[Sum]:
    """Give everything back in steps as chance has it, free amounts among them, the rest last."""
    given_back: list[Sum] = []
    pieces = {line.position: line.quantity for line in lines}
    parcel, taken_off = sum(share.paid.amount for share in delivery), 0
    for _ in range(draw.draw(st.integers(0, 5))):
        quantities = {at: draw.draw(st.integers(0, left)) for at, left in pieces.items()}
        back = draw.draw(st.integers(0, parcel))
        these = {"quantities": quantities, "delivery_back": money(back)}
        most = work_out(lines, delivery, given_back, **these, free=money(0)).paid.amount
        off = draw.draw(st.integers(0, most))
        credit = work_out(lines, delivery, given_back, **these, free=money(-off))
        assert credit.paid.amount == most - off
        given_back.append(credit)
        taken_off += off
        pieces = {at: left - quantities[at] for at, left in pieces.items()}
        parcel -= back
        left = left_of(lines, delivery, given_back, "EUR").amount
        free = draw.draw(st.integers(0, left))
        if free:
            nothing = {"quantities": {}, "delivery_back": money(0)}
            given_back.append(work_out(lines, delivery, given_back, **nothing, free=money(free)))
    rest = work_out(lines, delivery, given_back, quantities=pieces, delivery_back=money(parcel), free=money(0))
    given_back.append(rest)
    if taken_off and (left := left_of(lines, delivery, given_back, "EUR")):
        given_back.append(work_out(lines, delivery, given_back, quantities={}, delivery_back=money(0), free=left))
    return given_back


@given(orders(), st.data())
def test_all_given_back_in_any_steps_is_all_that_was_paid_by_every_rate(
    order: tuple[list[Bought], list[Share]], draw: st.DataObject
) -> None:
    lines, delivery = order

    given_back = steps(draw, lines, delivery)

    paid: dict[Decimal, list[int]] = {line.key[1]: [0, 0] for line in lines}
    for line in lines:
        paid[line.key[1]][0] += line.paid.amount - line.tax.amount
        paid[line.key[1]][1] += line.tax.amount
    for share in delivery:
        paid[share.key[1]][0] += share.paid.amount - share.tax.amount
        paid[share.key[1]][1] += share.tax.amount
    back: dict[Decimal, list[int]] = {rate: [0, 0] for rate in paid}
    for each in given_back:
        for total in by_rate(lines, each):
            back[total.rate][0] += total.net.amount
            back[total.rate][1] += total.tax.amount
    assert back == paid
    assert left_of(lines, delivery, given_back, "EUR") == money(0)


@given(orders(), st.data())
def test_never_more_than_is_left_and_never_less_than_nothing(
    order: tuple[list[Bought], list[Share]], draw: st.DataObject
) -> None:
    lines, delivery = order
    total = sum(line.paid.amount for line in lines) + sum(share.paid.amount for share in delivery)

    running = 0
    for each in steps(draw, lines, delivery):
        assert each.paid.amount >= 0
        running += each.paid.amount
        assert running <= total
        assert each.paid == Money.total((part.net + part.tax for part in by_rate(lines, each)), "EUR")


@given(orders(), st.data())
def test_no_rate_is_given_back_beyond_what_was_paid_under_it(
    order: tuple[list[Bought], list[Share]], draw: st.DataObject
) -> None:
    lines, delivery = order
    paid: dict[Decimal, tuple[int, int]] = {}
    for share in [*lines, *delivery]:
        of_rate, tax = paid.get(share.key[1], (0, 0))
        paid[share.key[1]] = (of_rate + share.paid.amount, tax + share.tax.amount)

    back = dict.fromkeys(paid, (0, 0))
    for credit in steps(draw, lines, delivery):
        for total in by_rate(lines, credit):
            of_rate, tax = back[total.rate]
            back[total.rate] = (of_rate + (total.net + total.tax).amount, tax + total.tax.amount)
        for rate in paid:
            assert 0 <= back[rate][0] <= paid[rate][0]
            assert back[rate][1] <= paid[rate][1]


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_a_line_given_back_piece_by_piece_is_the_whole_line(paid: int, quantity: int) -> None:
    line = Bought(1, quantity, money(paid), money(paid // 7), ("VAT", Decimal(19)))

    given_back: list[Sum] = []
    for _ in range(quantity):
        given_back.append(
            work_out([line], [], given_back, quantities={1: 1}, delivery_back=money(0), free=money(0))
        )  # fmt: skip

    assert sum(each.paid.amount for each in given_back) == paid
    assert max(each.paid.amount for each in given_back) - min(each.paid.amount for each in given_back) <= 1


def test_a_free_amount_counts_when_the_rest_is_given_back() -> None:
    line = Bought(1, 2, money(1000), money(160), ("VAT", Decimal(19)))
    gift = work_out([line], [], [], quantities={}, delivery_back=money(0), free=money(300))

    rest = work_out([line], [], [gift], quantities={1: 2}, delivery_back=money(0), free=money(0))

    assert (rest.paid, rest.adjustment_paid) == (money(700), money(-300))
    with pytest.raises(ValueError, match="left"):
        work_out([line], [], [gift], quantities={}, delivery_back=money(0), free=money(701))


def test_a_line_after_a_free_amount_gives_back_no_more_than_its_rate_had() -> None:
    lines = [
        Bought(1, 1, money(11_900), money(1_900), ("VAT", Decimal(19))),
        Bought(2, 1, money(10_700), money(700), ("VAT", Decimal(7))),
    ]
    gift = work_out(lines, [], [], quantities={}, delivery_back=money(0), free=money(10_700))

    rest = work_out(lines, [], [gift], quantities={1: 1}, delivery_back=money(0), free=money(0))

    assert (rest.paid, rest.adjustment_paid) == (money(11_900), money(0))
    assert gift.tax + rest.tax == money(1_900 + 700)
    assert left_of(lines, [], [gift, rest], "EUR") == money(0)
