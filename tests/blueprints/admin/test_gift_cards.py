"""Gift cards in the back office, and at the checkout."""

from datetime import timedelta

import pytest
from itsdangerous import Signer

from app import clock
from app.money import Money
from app.services import accounts, cancellations, fulfilment, gift_cards
from tests import make
from tests.blueprints.admin.conftest import code_of, sign_in
from tests.working import work

FORM = {"amount": "25,00", "note": "Parcel came late", "key": "k" * 16}


def test_a_card_is_issued_and_its_code_shown_once_also_to_a_second_click(admin, monkeypatch):
    first = admin.post("/admin/gift-cards/", data=FORM)
    second = admin.post("/admin/gift-cards/", data=FORM)
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    reloaded = admin.post("/admin/gift-cards/", data=FORM)

    (card,) = gift_cards.list_as_staff()
    code = gift_cards.code_of(card.id)
    assert code in first.text
    assert code in second.text
    assert reloaded.location == f"/admin/gift-cards/{card.id}"
    page = admin.get(reloaded.location).text
    assert code not in page
    assert "Parcel came late" in page
    assert card.last4 in admin.get(f"/admin/gift-cards/?q={card.last4.lower()}").text


def test_second_click_with_the_cookie_before_the_code_shows_the_card_too(app, admin, cleo):
    name = app.extensions["config"].cookie("staff")
    before = admin.get_cookie(name).value
    with clock.at(clock.now() + timedelta(minutes=11)):
        form = FORM | {"code": code_of(cleo)}
        first = admin.post("/admin/gift-cards/", data=form)
        renewed = admin.get_cookie(name).value
        admin.set_cookie(name, before)

        second = admin.post("/admin/gift-cards/", data=form)

    (card,) = gift_cards.list_as_staff()
    assert gift_cards.code_of(card.id) in first.text
    assert gift_cards.code_of(card.id) in second.text
    assert before != renewed == admin.get_cookie(name).value


@pytest.mark.parametrize(("change", "words"), [({"amount": "much"}, "Enter an amount, as in 12.50."),
                                               ({"amount": "1,200"}, "Write 1200 or 1.20."),
                                               ({"amount": "9" * 20}, "Enter an amount up to 9999999999.99."),
                                               ({"amount": "0"}, "above zero"),
                                               ({"note": ""}, "Say what it is for")])  # fmt: skip
def test_issuing_refuses_bad_input_and_keeps_what_was_typed(admin, change, words):
    answer = admin.post("/admin/gift-cards/", data=FORM | change)

    assert answer.status_code == 422
    assert words in answer.text
    assert gift_cards.list_as_staff() == []


def test_a_card_is_voided_with_what_is_on_it(admin):
    card = gift_cards.issue(Money(2500, "EUR"), key="k", actor="staff:cleo", note="x").card

    stale = admin.post(f"/admin/gift-cards/{card.id}/voiding", data={"balance": "1", "reason": "Stolen"})
    done = admin.post(f"/admin/gift-cards/{card.id}/voiding", data={"balance": "2500", "reason": "Stolen"})

    assert stale.status_code == 409
    assert done.status_code == 303
    assert "Void" in admin.get("/admin/gift-cards/").text


def test_a_card_is_named_as_in_the_shop_and_its_ledger_leads_to_the_order_it_paid(admin, cleo):
    card = make.gift_card(10_000)
    order = make.place(make.pays_with(card)).order
    actor = f"staff:{cleo.staff.id}"
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Late", actor=actor, key="one")
    work("payments")

    page = admin.get(f"/admin/gift-cards/{card.id}").text

    ledger = page.split("<tbody>")[1].split("</tbody>")[0]
    assert f"Gift card …{card.last4}" in page
    assert ledger.count(f'href="/admin/orders/{order.number}"') == 2
    assert cleo.staff.name in ledger
    assert card.id not in ledger
    assert f"…{card.last4}" in admin.get("/admin/gift-cards/").text


def test_a_clerk_may_look_and_not_issue(app):
    browser = sign_in(app, make.staff("clerk", email="ben@shop.example"))

    assert "Issue a gift card" not in browser.get("/admin/gift-cards/").text
    assert browser.post("/admin/gift-cards/", data=FORM).status_code == 403
    assert "gift_cards.read" in accounts.ROLES["clerk"]


def shopper(app):
    """A browser on the last page of the checkout."""
    buyer = make.buyer(make.variant())
    client = app.test_client()
    settings = app.extensions["config"]
    value = Signer(settings.secret_key, salt="cart-cookie").sign(buyer.cart_id or "").decode()
    client.set_cookie(settings.cookie("cart"), value)
    return client


def test_a_code_is_entered_and_taken_off_without_javascript(app):
    card = gift_cards.issue(Money(1000, "EUR"), key="k", actor="staff:cleo", note="x").card
    client = shopper(app)

    wrong = client.post("/checkout/codes", data={"gift_card": "NOPE-NOPE"})
    empty = client.post("/checkout/codes", data={"gift_card": "", "apply": "gift_card"})
    right = client.post("/checkout/codes", data={"gift_card": gift_cards.code_of(card.id).lower()})
    page = client.get("/checkout/payment").text

    assert wrong.status_code == empty.status_code == 422
    assert 'value="NOPE-NOPE"' in wrong.text
    assert right.location == "/checkout/payment?done=card"
    assert "€10.00" in page
    assert "Left to pay" in page
    off = client.post(f"/checkout/gift-cards/{card.id}/removal")
    assert off.location == "/checkout/payment?done=card"
    assert "Left to pay" not in client.get("/checkout/payment").text


def test_who_guesses_is_told_when_to_come_again(app):
    client = shopper(app)

    answers = [client.post("/checkout/codes", data={"gift_card": f"NOPE-{number}"}) for number in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 60
    assert "Please come again at" in answers[-1].text
    assert client.get("/checkout/payment").status_code == 200


def test_order_page_leads_to_the_cards_it_bought_and_back(admin):
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    kept, void = gift_cards.sold_with(order.id)
    gift_cards.void(void.id, balance=2500, reason="Stolen", actor="staff:cleo")

    page = admin.get(f"/admin/orders/{order.number}").text

    cards = page.split("Gift cards bought:")[1].split("</p>")[0]
    assert f'href="/admin/gift-cards/{kept.id}"' in cards
    assert "€25.00" in cards
    assert "void" in cards.split(void.id)[1]
    assert f"/admin/orders/{order.number}" in admin.get(f"/admin/gift-cards/{kept.id}").text
