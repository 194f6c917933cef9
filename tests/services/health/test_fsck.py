"""`fsck`: every check is shown the books in order, and then the very damage that it is there for."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, db, fsck, stores
from app.services import audit, cancellations, catalog, checkout, credits, health, inventory, orders, payments
from tests import make
from tests.companies import Companies
from tests.working import work

LATER = timedelta(hours=10)  # when everything that may wait has waited too long

SET_ON_HAND = "UPDATE stock_levels SET on_hand = on_hand + 1"
SET_RESERVED = "UPDATE stock_levels SET reserved = reserved + 1"
DAMAGES = {
    "stock.movements": SET_ON_HAND,
    "stock.reserved": SET_RESERVED,
    "stock.sold": "UPDATE stock_movements SET change = change - 1 WHERE kind = 'sell'",
    "stock.owed": "UPDATE reservations SET owed = 1 WHERE state = 'sold'",
    "orders.sums": "UPDATE order_lines SET tax = tax + 1",
    "orders.goods": "UPDATE order_lines SET variant_id = 'nobody', product_id = 'nothing'",
    "payments.states": "UPDATE payments SET state = 'cancelled'",
    "payments.refunded": "UPDATE payments SET refunded = 1",
    "gift_cards.ledger": "UPDATE gift_cards SET balance = balance - 1",
    "promotions.uses": "UPDATE promotions SET uses = uses + 1",
    "promotions.customers": "UPDATE promotion_customers SET uses = uses + 1",
    "orders.paid": "UPDATE payments SET captured = captured - 1",
    "orders.credits": "UPDATE payments SET refunded = 1",
    "orders.stock": "UPDATE reservations SET state = 'released'",
    "parcels.labels": "UPDATE label_attempts SET tracking_number = '1Z'",
    "parcels.pages": "UPDATE shipments SET label_key = 'labels/gone.pdf'",
    "catalog.stock": "UPDATE stock_levels SET variant_id = 'nobody'",
    "jobs.failed": "UPDATE outbox SET done_at = NULL, failed_at = now(), error = 'no'",
    "jobs.refused": "UPDATE outbox SET done_at = NULL, due_at = now() + '1 day', error = 'X refuses SHOP_X'",
    "documents.numbers": "UPDATE document_series SET last = last + 1",
    "documents.invoices": "DELETE FROM documents WHERE kind = 'invoice'; UPDATE document_series SET last = 0",
    "documents.printed": "UPDATE documents SET printed_at = NULL",
    "parcels.started": "DELETE FROM documents WHERE kind = 'packing_slip'; DELETE FROM label_attempts; "
    "DELETE FROM shipment_lines; DELETE FROM shipment_events; DELETE FROM shipments",
    "parcels.labelled": "UPDATE shipments SET state = 'pending', tracking_number = NULL, label_key = NULL; "
    "DELETE FROM label_attempts",
    "mails.written": "DELETE FROM messages",
    "mails.sent": "UPDATE messages SET state = 'queued' WHERE template = 'order_confirmed'",
    "search.products": "UPDATE search_documents SET revision = revision - 1",
    "jobs.done": "UPDATE outbox SET done_at = NULL WHERE name = 'email.order_confirmed'",
}
MENDED = {check.name for check in health.CHECKS if check.mend}


def damage(statements: str) -> None:
    """Do it beside whatever transaction is open."""
    with db.orders.engine.begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))


def faults(*, mends: bool = False) -> dict[str, list[str]]:
    examined = health.examine(mends=mends)
    return {each.check.name: [fault.subject for fault in each.faults] for each in examined if each.count}


def sorry() -> orders.Order:
    """A paid order of which staff give a free amount back."""
    order, wish = make.order(paid=True), credits.Wish(free=400)
    credits.give_as_staff(order, wish, reason="Sorry", actor="staff:cleo", key="k", restock=(), version=0, amount=400)
    return order


@pytest.fixture
def sold(app: Flask) -> None:
    """A shop that has sold, sent and told, and has nothing left to do."""
    make.promotion(total_limit=9)
    make.order(paid=True)
    make.gift_card()
    audit.seal()
    work()


@pytest.mark.parametrize(("name", "statements"), DAMAGES.items(), ids=DAMAGES)
def test_fsck_names_what_does_not_agree_and_mends_what_is_safe(sold: None, name: str, statements: str) -> None:
    with clock.at(clock.now() + LATER):
        work()
        assert faults() == {}

        damage(statements)

        assert name in faults()
        faults(mends=True)
        work()
        assert (name in faults()) is (name not in MENDED)


def test_every_check_is_shown_its_damage() -> None:
    elsewhere = {
        "inbox.read", "refunds.made", "orders.ended", "catalog.pictures", "search.collections", "audit.sealed",
        "audit.intents", "gift_cards.issued", "documents.credit_notes", "returns.shelf", "payments.transfers",
        "gift_cards.spent", "gift_cards.paid", "credits.parts", "credits.shelf", "parcels.contents",
    }  # fmt: skip

    assert {check.name for check in health.CHECKS} == DAMAGES.keys() | elsewhere
    assert all(check.because for check in health.CHECKS if check.mend)


def test_an_event_that_nobody_reads_is_named_and_read(app: Flask) -> None:
    raw = json.dumps({"data": {"object": {"id": "cus_1", "object": "customer"}}}).encode()
    with db.orders.transaction():
        row_id = payments.receive_event("stripe", "evt_1", "customer.created", raw)

    with clock.at(clock.now() + LATER):
        assert faults() == {"inbox.read": [row_id]}
        faults(mends=True)
        work()
        assert faults() == {}


def test_a_gift_card_that_was_bought_and_not_made_is_named_and_made(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=2))
    audit.seal()
    with clock.at(clock.now() + LATER):
        work()
        assert faults() == {}

        damage("UPDATE gift_cards SET order_id = NULL, position = NULL, piece = NULL, key = 'lost' WHERE piece = 2")

        assert faults() == {"gift_cards.issued": [order.number]}
        faults(mends=True)
        work()
        assert faults() == {}


def test_a_credit_whose_money_did_not_go_back_is_named_unless_staff_were_told(app: Flask, companies: Companies) -> None:
    order = sorry()
    work("payments.refund")
    (made,) = companies.ledger()["refunds"]
    payments.note_refund_failed(made["id"])
    assert "orders.credits" not in faults()

    damage("UPDATE refunds SET error = NULL, state = 'done'")

    assert faults()["orders.credits"] == [order.number]


def test_money_that_went_back_without_a_credit_note_is_named_and_gets_one(app: Flask) -> None:
    order = make.order(paid=True, quantity=2)
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="Changed my mind", actor="customer", key="k")
    audit.seal()
    with clock.at(clock.now() + LATER):
        work()
        assert faults() == {}

        damage(
            "DELETE FROM documents WHERE kind = 'credit_note';"
            "UPDATE document_series SET last = 0 WHERE kind = 'credit_note'"
        )

        [credit] = credits.of_order(order.id)
        assert faults() == {"documents.credit_notes": [credit.id]}
        faults(mends=True)
        work()
        assert faults() == {}


@pytest.mark.usefixtures("captures_on_shipping")
def test_an_order_whose_hold_ended_is_named_once_nobody_waits_for_its_money(app: Flask) -> None:
    order = make.settled(make.place(make.buyer(make.variant())))
    [payment] = payments.of_order(order.id)
    payments.void(payment.id)
    checkout.settle(payment.id)
    assert "orders.paid" not in faults()

    damage("UPDATE payments SET pay_by = NULL")

    assert faults()["orders.paid"] == [order.number]


def test_a_refund_that_nobody_makes_is_named_and_made(app: Flask) -> None:
    order = sorry()
    audit.seal()
    damage("DELETE FROM outbox WHERE name = 'payments.refund'")

    with clock.at(clock.now() + LATER):
        work()
        assert faults() == {"refunds.made": [payments.refunds_of(order.id)[0].id]}
        faults(mends=True)
        work()
        assert faults() == {}


def test_an_order_that_waits_for_ever_is_named_and_ended(app: Flask) -> None:
    order = make.order()
    work("search")
    damage("DELETE FROM outbox")

    with clock.at(clock.now() + LATER):
        assert faults() == {"orders.ended": [order.number]}
        faults(mends=True)
        work()
        assert faults() == {}

    assert inventory.levels([order.lines[0].variant_id])[order.lines[0].variant_id].reserved == 0


def test_a_lost_picture_is_named_unless_its_product_is_deleted(app: Flask) -> None:
    product = make.product(media=(catalog.Media(key="0" * 20, width=10, height=10, alt=""),))
    work("search")
    assert faults()["catalog.pictures"] == [product.id]

    catalog.delete_product(product)
    work("search")

    assert "catalog.pictures" not in faults()


def test_what_search_knows_of_nothing_is_forgotten(app: Flask) -> None:
    product = make.product()
    shelf = catalog.save_collection(catalog.Collection(id="c1", slug="c1", title="C", product_ids=(product.id,)))
    work()
    stores.catalog()["products"].delete_one({"_id": product.id})
    stores.catalog()["collections"].update_one({"_id": shelf.id}, {"$set": {"revision": 7}})

    found = faults()
    assert found["search.products"] == [product.id]
    assert found["search.collections"] == [shelf.id]
    faults(mends=True)

    assert not {"search.products", "search.collections"} & faults().keys()


def test_an_unsealed_act_is_named(app: Flask) -> None:
    level = inventory.level_as_staff(make.variant().id)
    inventory.adjust(level.variant_id, 3, version=level.version, reason="counted", actor="staff:cleo")
    work()

    assert "audit.sealed" not in faults()
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert len(faults()["audit.sealed"]) == 1


def test_an_act_on_the_catalogue_that_nobody_knows_the_end_of_is_named(app: Flask) -> None:
    with suppress(OSError), audit.outside("staff:cleo", "product.edit", "product:1"):
        raise OSError
    with audit.outside("staff:cleo", "product.edit", "product:2"):
        pass
    audit.seal()

    assert "audit.intents" not in faults()
    with clock.at(clock.now() + timedelta(minutes=6)):
        [intents] = health.examine(only="audit.intents")
    assert [fault.says.partition(";")[0] for fault in intents.faults] == ["staff:cleo began product.edit of product:1"]


def test_faults_are_found_across_pages_and_counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fsck, "PAGE", 2)
    make.product(options={"Size": tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")})
    work()
    damage(SET_ON_HAND)

    [stock] = health.examine(only="stock.movements")

    assert stock.count == 26
    assert len({fault.subject for fault in stock.faults}) == 20


def test_an_order_on_its_way_through_is_not_accused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read of an order, its money and its stock is of one moment: here it is paid in between."""
    order = make.order()
    read: Callable[..., object] = inventory.reservations_of

    def sell_first(order_ids):
        damage("UPDATE orders SET state = 'confirmed'; UPDATE reservations SET state = 'sold'")
        return read(order_ids)

    monkeypatch.setattr(inventory, "reservations_of", sell_first)

    assert "orders.stock" not in {each.check.name for each in health.examine(only="orders.stock") if each.count}
    assert order.state == "placed"


def test_the_command_names_the_fault_and_fails_and_says_how_to_mend_it(app: Flask) -> None:
    product = make.product()
    work()
    well = app.test_cli_runner().invoke(args=["shop", "fsck"])
    damage(SET_RESERVED)

    said = app.test_cli_runner().invoke(args=["shop", "fsck"])
    mended = app.test_cli_runner().invoke(args=["shop", "fsck", "--mend", "--only", "stock"])
    again = app.test_cli_runner().invoke(args=["shop", "fsck"])

    assert (well.exit_code, said.exit_code, mended.exit_code, again.exit_code) == (0, 1, 1, 0)
    assert f"{product.variants[0].id}@main: 1 count as reserved, but orders hold 0" in said.output
    assert "flask shop fsck --mend --only stock.reserved" in said.output
    assert "are being mended" in mended.output


def test_a_count_is_mended_only_up_to_what_is_there(app: Flask) -> None:
    made = make.order()
    damage("UPDATE stock_levels SET reserved = 0, on_hand = 0; UPDATE stock_movements SET change = 0")

    faults(mends=True)

    assert inventory.levels([made.lines[0].variant_id])[made.lines[0].variant_id].reserved == 0
    assert "stock.reserved" in faults()


def test_replaced_variant_of_a_known_product_is_no_fault(sold: None) -> None:
    [product] = catalog.find_products(catalog.list_ids("products"))
    new = tuple(replace(variant, id=db.new_id()) for variant in product.variants)
    catalog.save_product(replace(product, variants=new))
    work()

    assert "orders.goods" not in faults()
