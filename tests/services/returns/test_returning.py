"""Returns, from the customer's wish to their money."""

import contextlib
import runpy
import threading
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import text, update

from app import clock, db
from app.errors import Conflict, Invalid, NotFound
from app.migrate import FOLDER
from app.services import accounts, credits, health, inventory, notifications, orders, payments, returns
from app.services.returns import ReturnLine, ReturnState
from app.services.returns.states import MOVES
from tests import make
from tests.companies import Companies
from tests.services.cancellations.test_cancelling import on_hand, send
from tests.working import work


def sent_order(quantity: int = 3) -> orders.Order:
    """An order whose parcel is with the carrier."""
    order = make.order(paid=True, price=1000, quantity=quantity)
    work("fulfilment")
    send(order)
    return order


def ask(order: orders.Order, pieces: int = 2, *, key: str = "k") -> returns.Return:
    return returns.request(order, {1: pieces}, reason="damaged", words=" A corner is bent. ", key=key)


@pytest.fixture
def cleo(app: Flask) -> accounts.Staff:
    return make.staff().staff


def test_story_from_wish_to_money(app: Flask, cleo: accounts.Staff, companies: Companies) -> None:
    order = sent_order()
    before = on_hand(order)

    found = ask(order)
    returns.approve(cleo, found.id)
    returns.receive(cleo, found.id, {1: 1})
    assert on_hand(order) == before + 1
    amount = credits.quote(order, credits.Wish({1: 2}), []).paid.amount
    ended = returns.refund(cleo, found.id, delivery=0, amount=amount)
    work()

    assert ended.state == "refunded"
    assert on_hand(order) == before + 1  # the damaged one is refunded and not restocked
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [2000]
    assert credits.get_for_job(ended.credit_id or "").kind == "return"
    kinds = [event.kind for event in orders.timeline(order.id)]
    assert [kind for kind in kinds if kind.startswith("return_")] == [
        "return_requested", "return_approved", "return_received", "return_refunded",
    ]  # fmt: skip
    mails = [
        each.event.split(":")[2] for each in notifications.messages_of(order.id) if each.template == "return_changed"
    ]
    assert mails == ["requested", "approved", "received", "refunded"]
    with db.orders.reading() as session:
        acts = session.connection().exec_driver_sql("SELECT act FROM audit_intake ORDER BY id").scalars().all()
    assert [act for act in acts if act.startswith("return.")] == [
        "return.approved",
        "return.received",
        "return.refunded",
    ]


def test_declined_says_why_and_frees_the_pieces(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order(quantity=2)
    found = ask(order)
    assert returns.returnable(order) == {1: 0}

    with pytest.raises(Invalid):
        returns.decline(cleo, found.id, " ")
    returns.decline(cleo, found.id, "It was framed")

    assert returns.of_order(order.id)[0].answer == "It was framed"
    assert returns.returnable(order) == {1: 2}


def test_received_that_was_given_back_another_way_can_be_ended(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order(quantity=2)
    found = ask(order)
    returns.approve(cleo, found.id)
    returns.receive(cleo, found.id, {})
    with db.orders.transaction():
        paid = orders.lock(order.id)
        credits.give(paid, credits.Wish({1: 2}), kind="refund", reason="Goodwill", actor=cleo.actor, key="goodwill")

    with pytest.raises(Invalid):
        returns.refund(cleo, found.id, delivery=0, amount=2000)
    returns.decline(cleo, found.id, "You have your money back already", goes_back=False)

    assert returns.get_for_job(found.id).state == "declined"
    assert sum(refund.amount for refund in payments.refunds_of(order.id)) == 2000
    with pytest.raises(Conflict, match="declined"):  # rather than that nothing is left
        returns.refund(cleo, found.id, delivery=0, amount=2000)


def faults() -> list[str]:
    """Orders whose returns are not on the shelf as they came."""
    return [fault.subject for each in health.examine(only="returns.shelf") for fault in each.faults]


def come(order: orders.Order, cleo: accounts.Staff, pieces: int = 1, *, key: str = "k") -> returns.Return:
    """A return that was received whole."""
    found = ask(order, pieces, key=key)
    returns.approve(cleo, found.id)
    return returns.receive(cleo, found.id, {})


def test_declined_after_it_came_is_one_piece_however_often(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order(quantity=1)
    before, found = on_hand(order), come(order, cleo)

    with pytest.raises(Invalid) as unsaid:
        returns.decline(cleo, found.id, "Worn")
    returns.decline(cleo, found.id, "Worn", goes_back=False)

    assert unsaid.value.fields == {"goes": "Choose where the pieces go."}
    assert (on_hand(order), returns.returnable(order), returns.restockable(order)) == (before + 1, {1: 0}, {1: 0})
    with pytest.raises(Conflict):
        ask(order, 1, key="again")


def test_declined_and_sent_back_leaves_the_shelf_and_may_come_again(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order(quantity=1)
    before = on_hand(order)

    for key in ("one", "two", "three"):
        returns.decline(cleo, come(order, cleo, key=key).id, "Worn", goes_back=True)
        assert (on_hand(order), returns.returnable(order), returns.restockable(order)) == (before, {1: 1}, {1: 1})
    come(order, cleo, key="four")

    assert on_hand(order) == before + 1
    assert faults() == []
    with db.orders.transaction() as session:
        session.execute(update(ReturnLine).values(came=0))
    assert faults() == [order.number]


def test_declined_cannot_be_sent_back_once_it_is_promised(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order(quantity=1)
    found, variant = come(order, cleo), order.lines[0].variant_id
    inventory.reserve("another", {variant: on_hand(order)}, until=clock.now() + timedelta(hours=1))

    with pytest.raises(Conflict):
        returns.decline(cleo, found.id, "Worn", goes_back=True)

    assert returns.get_for_job(found.id).state == "received"
    returns.decline(cleo, found.id, "Worn", goes_back=False)


@pytest.mark.parametrize(("came", "damaged"), [(1, 0), (1, 1), (2, 1), (3, 0), (3, 3)])
def test_what_came_is_restocked_and_refunded_and_the_rest_is_still_with_them(
    app: Flask, cleo: accounts.Staff, came: int, damaged: int
) -> None:
    order, announced = sent_order(quantity=3), 3
    before, found = on_hand(order), ask(order, announced)
    returns.approve(cleo, found.id)

    returns.receive(cleo, found.id, {1: damaged}, came={1: came})
    still = returns.returnable(order)[1]
    returns.refund(cleo, found.id, delivery=0, amount=1000 * came)
    work("email")

    assert (on_hand(order) - before) + damaged + still == announced
    assert returns.returnable(order) == {1: still}
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [1000 * came]
    mail = next(each for each in notifications.messages_of(order.id) if each.event.endswith("received"))
    assert ("Not all that you announced" in mail.text) == (f"{came} of 3 x" in mail.text) == (came < announced)


def test_more_than_announced_and_nothing_at_all_cannot_come(app: Flask, cleo: accounts.Staff) -> None:
    found = ask(sent_order())
    returns.approve(cleo, found.id)

    with pytest.raises(Invalid) as more:
        returns.receive(cleo, found.id, {}, came={1: 3})
    with pytest.raises(Invalid) as nothing:
        returns.receive(cleo, found.id, {}, came={})
    with pytest.raises(Invalid) as broken:
        returns.receive(cleo, found.id, {1: 2}, came={1: 1})

    assert more.value.fields == {"came-1": "From 0 to 2."}
    assert "end the return" in str(nothing.value)
    assert broken.value.fields == {"line-1": "From 0 to 1."}


def test_asked_twice_by_one_key_is_once(app: Flask) -> None:
    order = sent_order()

    assert ask(order).id == ask(order).id
    assert len(returns.of_order(order.id)) == 1


def test_refusals_leave_nothing(app: Flask) -> None:
    order = sent_order()

    with pytest.raises(Conflict):
        ask(order, 9)
    with pytest.raises(Invalid):
        ask(order, 0)
    with pytest.raises(Invalid):
        returns.request(order, {1: 1}, reason="because", words="", key="k")
    with pytest.raises(Invalid):
        returns.request(order, {1: 1}, reason="other", words="x" * 1001, key="k")

    assert returns.of_order(order.id) == []


def test_only_what_was_sent_and_is_in_time_can_be_returned(app: Flask) -> None:
    waiting, late = make.order(paid=True), sent_order()

    assert returns.returnable(waiting) == {1: 0}
    with clock.at(clock.now() + timedelta(days=29)):
        assert returns.returnable(late) == {1: 3}
    with clock.at(clock.now() + timedelta(days=31)):
        assert returns.returnable(late) == {1: 0}


def test_more_damaged_than_came_is_refused(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order()
    before, found = on_hand(order), ask(order)
    returns.approve(cleo, found.id)

    with pytest.raises(Invalid) as refused:
        returns.receive(cleo, found.id, {1: 3})

    assert refused.value.fields == {"line-1": "From 0 to 2."}
    assert on_hand(order) == before
    assert returns.get_for_job(found.id).state == "approved"


def test_another_amount_than_seen_refunds_nothing(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order()
    found = ask(order)
    returns.approve(cleo, found.id)
    returns.receive(cleo, found.id, {})

    with pytest.raises(Conflict):
        returns.refund(cleo, found.id, delivery=0, amount=1)

    assert payments.refunds_of(order.id) == []


def test_received_and_refunded_by_many_at_once_happen_once(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order()
    before, found = on_hand(order), ask(order)
    returns.approve(cleo, found.id)

    def act(number: int) -> None:
        with app.app_context():
            for step in (
                lambda: returns.receive(cleo, found.id, {}),
                lambda: returns.refund(cleo, found.id, delivery=0, amount=2000),
            ):
                with contextlib.suppress(Conflict):
                    step()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert on_hand(order) == before + 2
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [2000]
    assert returns.get_for_job(found.id).state == "refunded"


@pytest.mark.parametrize(("state", "to"), list(product(ReturnState, ReturnState)))
def test_states_lead_from_the_wish_to_an_end(state: ReturnState, to: ReturnState) -> None:
    assert state not in MOVES[to] or to not in MOVES[state]  # never back and forth
    assert ReturnState.REQUESTED not in MOVES[state]


def test_unknown_return_is_not_found(app: Flask, cleo: accounts.Staff) -> None:
    with pytest.raises(NotFound):
        returns.get_as_staff(cleo, "nothing")


def test_returns_of_older_releases_are_known_to_have_come(app: Flask, cleo: accounts.Staff) -> None:
    script = runpy.run_path(str(FOLDER / "orders" / "versions" / "0016_what_came.py"))
    order = sent_order(quantity=4)
    declined, whole, damaged = (ask(order, 1, key=key) for key in ("declined", "whole", "damaged"))
    returns.decline(cleo, declined.id, "No")
    for found, broken in ((whole, {}), (damaged, {1: 1})):
        returns.approve(cleo, found.id)
        returns.receive(cleo, found.id, broken)
        returns.decline(cleo, found.id, "Worn", goes_back=False)

    with db.orders.transaction() as session:
        session.execute(update(ReturnLine).values(came=None))
        session.execute(text(script["_CAME"]))

    assert [found.lines[0].came for found in returns.of_order(order.id)] == [None, 1, 1]
    assert (returns.returnable(order), faults()) == ({1: 2}, [])


def test_stock_adds_up_after_all_of_it(app: Flask, cleo: accounts.Staff) -> None:
    order = sent_order()
    found = ask(order)
    returns.approve(cleo, found.id)
    returns.receive(cleo, found.id, {1: 1})
    variant = order.lines[0].variant_id

    moved = sum(movement.change for movement in inventory.movements(variant))

    assert moved == on_hand(order)
