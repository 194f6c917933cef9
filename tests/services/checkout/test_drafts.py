"""A checkout in progress: what was entered, and what it comes to."""

from dataclasses import replace
from threading import Thread

import pytest

from app import db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services import cart, catalog, checkout, inventory
from tests import make
from tests.make import ADDRESSES, Buyer

JAPAN = {"country": "JP", "name": "山田", "line1": "御池通1", "region": "京都府", "postal_code": "604-0925"}


@pytest.fixture
def ada(app):
    """Ada with one print in her cart, before the checkout."""
    variant = make.variant(price=2900, stock=9, weight_grams=400)
    who = Buyer(cart_id=None, variant_id=variant.id)
    return replace(who, cart_id=cart.add(who, variant.id, 1).id)


def test_quote_names_the_first_step_that_is_missing(ada):
    steps = [checkout.quote(ada).missing]
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    steps.append(checkout.quote(ada).missing)
    checkout.save_delivery(ada, "standard")
    steps.append(checkout.quote(ada).missing)

    assert steps == ["address", "delivery", None]


def test_quote_of_nothing_needs_a_cart(app):
    assert checkout.quote(Buyer(None, "")).missing == "cart"


def test_quote_adds_delivery_and_shows_the_vat_within(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    checkout.save_delivery(ada, "standard")

    offer = checkout.quote(ada)

    assert offer.totals.subtotal == Money(2900, "EUR")
    assert offer.totals.delivery == Money(490, "EUR")
    assert offer.totals.total == Money(3390, "EUR")
    assert offer.totals.tax == Money(541, "EUR")  # 4.63 of the goods, 0.78 of the delivery


def test_parcel_does_not_weigh_what_is_not_sent(ada):
    service = make.product("Framing by post", price=2900)
    variants = (replace(service.variants[0], requires_shipping=False, weight_grams=40_000),)
    catalog.save_product(replace(service, variants=variants))
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    before = checkout.quote(ada).options

    cart.add(ada, variants[0].id, 1)

    assert checkout.quote(ada).options == before


def test_draft_outlives_a_flushed_redis(app, ada):
    checkout.save_address(ada, email=" Ada@EXAMPLE.com", address=ADDRESSES["DE"] | {"phone": "030 1234567"})
    app.extensions["stores"].redis.flushdb()

    draft = checkout.draft_of(ada)

    assert (draft.email, draft.phone) == ("Ada@example.com", "+49301234567")
    assert draft.address.formatted() == ["Ada Byron", "Torstraße 1", "10119 Berlin", "Germany"]


def test_save_address_tells_every_mistake_and_keeps_the_old_one(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])

    with pytest.raises(Invalid) as refused:
        checkout.save_address(ada, email="nope", address=ADDRESSES["DE"] | {"postal_code": "1", "phone": "1"})

    assert set(refused.value.fields) == {"email", "postal_code", "phone"}
    assert checkout.draft_of(ada).email == "ada@example.com"


def test_save_address_refuses_somebody_without_a_cart(app):
    with pytest.raises(Conflict):
        checkout.save_address(Buyer(None, ""), email="ada@example.com", address=ADDRESSES["DE"])


def test_save_delivery_refuses_what_is_not_offered(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])

    with pytest.raises(Conflict, match="not offered"):
        checkout.save_delivery(ada, "drone")

    assert checkout.draft_of(ada).delivery_method is None


def test_delivery_that_disappears_must_be_chosen_again(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    checkout.save_delivery(ada, "standard")

    with db.orders.transaction() as session:
        session.execute(db.OrdersModel.metadata.tables["checkout_drafts"].update().values(delivery_method="bygone"))

    offer = checkout.quote(ada)
    assert offer.delivery is None
    assert offer.missing == "delivery"
    assert offer.totals.delivery == Money.zero("EUR")


def test_other_country_has_other_prices(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    checkout.save_delivery(ada, "standard")
    near = checkout.quote(ada).totals.total

    checkout.save_address(ada, email="ada@example.com", address=JAPAN)

    assert checkout.quote(ada).totals.total > near


def test_what_changes_an_order_changes_the_revision_of_its_cart(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    checkout.save_delivery(ada, "standard")
    before = cart.of(ada).revision

    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    checkout.save_delivery(ada, "standard")
    same = cart.of(ada).revision
    checkout.save_delivery(ada, "express")

    assert same == before
    assert cart.of(ada).revision == before + 1


def test_two_addresses_at_once_leave_the_taxes_where_the_parcel_goes(ada):
    home, abroad = ({"email": "ada@example.com", "address": ADDRESSES[country]} for country in ("DE", "GB"))
    checkout.save_address(ada, **home)
    late = Thread(target=checkout.save_address, args=(ada,), kwargs=home)
    with db.orders.transaction():
        checkout.save_address(ada, **abroad)
        late.start()
        late.join(0.5)
    late.join()

    assert checkout.draft_of(ada).address.country == "DE"
    assert cart.of(ada).goes_to.country == "DE"


def test_stock_that_went_sends_back_to_the_cart(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])
    checkout.save_delivery(ada, "standard")
    level = inventory.level_as_staff(ada.variant_id)

    inventory.adjust(ada.variant_id, 0, version=level.version, reason="lost", actor="test")

    assert checkout.quote(ada).missing == "cart"


def test_draft_is_erased_with_the_order(ada):
    checkout.save_address(ada, email="ada@example.com", address=ADDRESSES["DE"])

    checkout.erase_draft(ada.cart_id)

    assert checkout.draft_of(ada).address is None
