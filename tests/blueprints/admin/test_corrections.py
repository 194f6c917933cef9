"""Correcting an order's e-mail and address."""

import pytest
from lxml import html

from app.errors import Conflict
from app.services import fulfilment, notifications, orders
from app.services.fulfilment import buying
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.blueprints.admin.test_parcels import audited
from tests.working import work


def form_of(browser, order, **typed):
    """What the page's form holds, with what is typed over it."""
    [form] = html.fromstring(browser.get(f"/admin/orders/{order.number}/corrections").text).xpath("//main//form")
    return dict(form.form_values()) | typed


def send(browser, order, form):
    return browser.post(f"/admin/orders/{order.number}/corrections", data=form)


def test_a_mistyped_email_is_corrected_and_gets_the_link(admin, companies):
    order = make.paid_order()
    work()
    orders.note(order.id, "mail_bounced", "A mail did not reach them.")

    answer = send(admin, order, form_of(admin, order, email="ada.byron@example.org"))
    work()

    assert answer.status_code == 303
    page = admin.get(answer.location).text
    assert "ada.byron@example.org" in page
    assert "details were corrected" in page
    last = notifications.messages_of(order.id)[-1]
    assert (last.recipient, last.template) == ("ada.byron@example.org", "order_link")
    assert order.number not in admin.get("/admin/orders/?only=attention").text
    assert any("order.correct" in row.act for row in audited())


def test_a_refused_address_is_corrected_and_its_label_bought(admin, companies):
    order = make.paid_order(address={"lines": ["x" * 35] * 3, "district": "Mitte"})
    work()
    [shipment] = fulfilment.shipments_of(order.id)
    assert shipment.state == "refused"

    answer = send(admin, order, form_of(admin, order, line1="Torstraße 12", line2=""))
    admin.post(f"/admin/orders/{order.number}/parcels/{shipment.id}/voids")
    work()

    assert answer.status_code == 303
    [label] = companies.ledger()["labels"]
    assert label["to"]["Address"]["AddressLine"] == ["Torstraße 12"]
    assert order.number not in admin.get("/admin/orders/?only=attention").text


def test_a_label_with_the_old_address_is_marked_until_it_is_replaced(admin, companies):
    order = make.paid_order()
    work()
    [shipment] = fulfilment.shipments_of(order.id)
    said = "The address was corrected after this label was bought."

    send(admin, order, form_of(admin, order, line1="Torstraße 12"))
    work()
    marked, listed = (admin.get(f"/admin/orders/{of}").text for of in (order.number, "?only=sending"))
    printed = admin.get(f"/admin/orders/labels.pdf?parcel={shipment.id}")
    admin.post(f"/admin/orders/{order.number}/parcels/{shipment.id}/voids")
    work()

    assert said in marked
    assert f"labels/{shipment.id}" not in listed
    assert printed.status_code == 404
    assert said not in admin.get(f"/admin/orders/{order.number}").text
    assert companies.ledger()["labels"][-1]["to"]["Address"]["AddressLine"] == ["Torstraße 12"]


def test_nothing_is_corrected_while_the_carrier_is_asked_for_the_label(app, admin, companies, monkeypatch):
    order = make.paid_order()
    fulfilment.start(order.id)
    form, answers, ask = form_of(admin, order, line1="Torstraße 12"), [], buying.shipping.buy_label

    def meanwhile(parcel):
        answers.append(send(admin, order, form))
        return ask(parcel)

    monkeypatch.setattr(buying.shipping, "buy_label", meanwhile)
    work("fulfilment")

    assert [answer.status_code for answer in answers] == [409]
    assert "being bought right now" in answers[0].text
    assert 'value="Torstraße 12"' in answers[0].text
    [label] = companies.ledger()["labels"]
    assert label["to"]["Address"]["AddressLine"] == orders.get_for_job(order.id).address["lines"]


def test_what_was_corrected_before_the_call_stands_on_the_label(app, admin, companies, monkeypatch):
    order = make.paid_order()
    fulfilment.start(order.id)
    form, note_call = form_of(admin, order, line1="Torstraße 12"), buying._note_call

    def after(attempt, before, asked_at):
        assert send(admin, order, form).status_code in {303, 409}
        note_call(attempt, before, asked_at)

    monkeypatch.setattr(buying, "_note_call", after)
    work("fulfilment")

    [label] = companies.ledger()["labels"]
    assert label["to"]["Address"]["AddressLine"] == ["Torstraße 12"]


def test_mistakes_are_told_at_their_fields_and_nothing_typed_is_lost(admin, companies):
    order = make.paid_order()

    answer = send(admin, order, form_of(admin, order, email="ada@", postal_code="1", line1="Torstraße 12"))

    assert answer.status_code == 422
    for typed in ("ada@", "1", "Torstraße 12"):
        assert f'value="{typed}"' in answer.text
    assert answer.text.count("field__error") == 2
    assert orders.get_for_job(order.id).email == order.email


def test_another_country_or_other_taxes_are_refused(admin, companies):
    order = make.paid_order()
    make.tax_rate("DE", "7", postcode="78266")

    abroad = send(admin, order, form_of(admin, order, country="AT"))
    island = send(admin, order, form_of(admin, order, postal_code="78266", city="Büsingen"))

    assert abroad.status_code == 303  # the form has no country, so none is read
    assert orders.get_for_job(order.id).address["country"] == "DE"
    assert island.status_code == 422
    assert "Other taxes apply there" in island.text


def test_of_two_who_correct_at_once_the_slower_reads_what_it_is_now(admin, companies):
    order = make.paid_order()
    mine, theirs = (form_of(admin, order, line1=line) for line in ("Torstraße 12", "Torstraße 21"))

    send(admin, order, theirs)
    answer = send(admin, order, mine)

    assert answer.status_code == 409
    assert "Somebody else corrected this meanwhile" in answer.text
    assert "Torstraße 21" in answer.text
    assert 'value="Torstraße 12"' in answer.text
    again = dict(html.fromstring(answer.text).xpath("//main//form")[0].form_values())
    assert send(admin, order, again).status_code == 303
    assert orders.get_for_job(order.id).address["lines"] == ["Torstraße 12"]


def test_readers_may_not_and_clerks_may(app, companies):
    order = make.paid_order()
    reader = sign_in(app, make.staff("reader", email="rita@shop.example"))
    clerk = sign_in(app, make.staff("clerk", email="ben@shop.example"))

    assert reader.get(f"/admin/orders/{order.number}/corrections").status_code == 403
    assert "/corrections" not in reader.get(f"/admin/orders/{order.number}").text
    assert send(clerk, order, form_of(clerk, order, city="Potsdam", postal_code="14467")).status_code == 303


def test_a_service_that_was_given_an_old_reading_changes_nothing(app):
    order = make.paid_order()
    cleo = make.staff().staff

    with pytest.raises(Conflict):
        fulfilment.correct(cleo, order.id, email="x@example.org", address=order.address, read="old")

    assert orders.get_for_job(order.id).email == order.email
