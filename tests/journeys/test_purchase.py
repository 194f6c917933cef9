"""The whole story by HTTP without JavaScript: a stranger buys a print; it is paid, mailed, labelled, delivered."""

from app.services import inventory
from tests import make
from tests.companies import Companies
from tests.running import RunningShop, wait_until
from tests.visitor import Visitor

CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Ada Byron"}
ADDRESS = {"email": "ada@example.org", **make.ADDRESSES["DE"]}


def _to_the_last_page(visitor: Visitor, slug: str) -> None:
    visitor.go(f"/products/{slug}")
    assert visitor.status == 200, visitor.text
    visitor.submit("/cart/lines", quantity="1")
    visitor.go("/checkout/address")
    visitor.submit("/checkout/address", **ADDRESS)
    visitor.submit("/checkout/delivery")
    assert visitor.address.endswith("/checkout/payment"), visitor.text


def test_a_stranger_buys_a_print_that_is_paid_mailed_labelled_and_delivered(
    shop: RunningShop, ada: Visitor, companies: Companies
) -> None:
    product = make.product("Slack Tide", stock=2)
    _to_the_last_page(ada, product.slug)

    ada.submit("/checkout/orders", terms="yes", method="hosted")
    assert ada.address.startswith(companies.address), ada.text
    ada.submit("/stripe/pay", **CARD)
    assert ada.address.startswith(f"{shop.address}/orders/")
    order_page = ada.address.split("?")[0]
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="the two mails")

    assert "Thank you" in ada.text
    ada.go(order_page)
    books = companies.ledger()
    assert [mail["to"] for mail in books["mails"]] == ["ada@example.org"] * 2
    assert len(books["charges"]) == 1
    assert len(books["labels"]) == 1
    assert books["labels"][0]["id"] in ada.text
    assert inventory.levels([product.variants[0].id])[product.variants[0].id].on_hand == 1

    companies.pull("move", id=books["labels"][0]["id"], step="delivered")
    wait_until(lambda: ada.go(order_page) or "elivered" in ada.text, what="the parcel's move on the order page")


def test_a_declined_card_keeps_the_order_and_another_card_pays_it(
    shop: RunningShop, ada: Visitor, companies: Companies
) -> None:
    product = make.product(stock=1)
    _to_the_last_page(ada, product.slug)
    ada.submit("/checkout/orders", terms="yes", method="hosted")

    ada.submit("/stripe/pay", **CARD | {"number": "4000 0000 0000 0002"})
    assert "declined" in ada.text
    ada.submit("/stripe/pay", **CARD)

    assert "Thank you" in ada.text
    assert len(companies.ledger()["charges"]) == 2
    assert [charge["paid"] for charge in companies.ledger()["charges"]] == [False, True]


def test_back_after_paying_lands_on_the_order_without_a_second_charge(
    shop: RunningShop, ada: Visitor, companies: Companies
) -> None:
    product = make.product(stock=3)
    _to_the_last_page(ada, product.slug)
    last_page = ada.page
    ada.submit("/checkout/orders", terms="yes", method="hosted")
    ada.submit("/stripe/pay", **CARD)

    ada.page, ada.address = last_page, f"{shop.address}/checkout/payment"
    ada.submit("/checkout/orders", terms="yes", method="hosted")

    assert ada.address.startswith(f"{shop.address}/orders/")
    assert "Thank you" in ada.text
    assert len(companies.ledger()["sessions"]) == 1


def test_leaving_the_payment_page_keeps_the_order_and_it_can_be_paid_later(
    shop: RunningShop, ada: Visitor, companies: Companies
) -> None:
    product = make.product(stock=1)
    _to_the_last_page(ada, product.slug)
    ada.submit("/checkout/orders", terms="yes", method="hosted")
    cancel = next(link.get("href") for link in ada.page.iter("a") if "/orders/" in (link.get("href") or ""))

    ada.go(cancel)
    waiting = ada.text
    ada.submit("/payments", method="hosted")
    ada.submit("/stripe/pay", **CARD)

    assert "is awaiting payment" in waiting
    assert "Thank you" in ada.text
    assert len(companies.ledger()["sessions"]) == 1


def test_the_terms_are_required_by_the_server(shop: RunningShop, ada: Visitor, companies: Companies) -> None:
    product = make.product(stock=1)
    _to_the_last_page(ada, product.slug)

    ada.submit("/checkout/orders", method="hosted")

    assert ada.status == 422
    assert "agree to the terms" in ada.text
    assert companies.ledger()["sessions"] == []


def test_stripe_down_keeps_everything_and_the_same_button_goes_on_later(
    shop: RunningShop, ada: Visitor, companies: Companies
) -> None:
    product = make.product(stock=1)
    _to_the_last_page(ada, product.slug)
    companies.pull("fail", company="stripe", times=6)

    ada.submit("/checkout/orders", terms="yes", method="hosted")
    refusal, status = ada.text, ada.status
    companies.pull("reset")
    ada.submit("/checkout/orders", terms="yes", method="hosted")
    ada.submit("/stripe/pay", **CARD)

    assert status == 503
    assert "Nothing was charged" in refusal
    assert "Thank you" in ada.text
    assert len([charge for charge in companies.ledger()["charges"] if charge["paid"]]) == 1
