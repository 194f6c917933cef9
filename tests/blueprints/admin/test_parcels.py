"""Labels in doubt, in the back office."""

from datetime import date, timedelta

from app import clock, db
from app.services import cancellations, fulfilment, inventory
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.working import work

PART = {"HX-Request": "true", "HX-Request-Type": "partial", "Sec-Fetch-Site": "same-origin"}


def in_doubt(companies):
    """An order whose label was bought, lost on the way, and denied."""
    companies.pull("drop", company="ups", path="/api/shipments", when="after")
    order = make.paid_order()
    work()
    companies.pull("fail", company="ups", path="/api/labels", status=400)
    with clock.at(clock.now() + timedelta(minutes=5)):
        work()
    return order, fulfilment.shipments_of(order.id)[0]


def test_a_label_in_doubt_is_used(admin, companies):
    order, shipment = in_doubt(companies)
    (label,) = companies.ledger()["labels"]
    page = admin.get(f"/admin/orders/{order.number}").text
    assert "Use this label" in page

    answer = admin.post(
        f"/admin/orders/{order.number}/parcels/{shipment.id}/label", data={"tracking_number": label["id"]}
    )

    assert answer.status_code == 303
    text = admin.get(answer.location).text
    assert label["id"] in text
    assert "Use this label" not in text
    assert [row.subject for row in audited() if "use_label" in row.act] == [f"shipment:{shipment.id}"]


def test_a_label_in_doubt_is_replaced_by_htmx(admin, companies):
    order, shipment = in_doubt(companies)

    answer = admin.post(f"/admin/orders/{order.number}/parcels/{shipment.id}/voids", headers=PART)
    with clock.at(clock.now() + timedelta(minutes=1)):
        work()

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section id="order-parcels"')
    assert fulfilment.get_for_job(shipment.id).state == "label_bought"
    assert any("void_label" in row.act for row in audited())


def test_what_needed_attention_of_a_parcel_is_over_once_it_goes_on(admin, companies):
    companies.pull("fail", company="ups", path="/api/shipments", status=400)
    order = make.paid_order()
    work()
    [shipment] = fulfilment.shipments_of(order.id)
    before = admin.get("/admin/orders/?only=attention").text

    admin.post(f"/admin/orders/{order.number}/parcels/{shipment.id}/voids")
    work()

    assert order.number in before
    assert fulfilment.get_for_job(shipment.id).state == "label_bought"
    assert order.number not in admin.get("/admin/orders/?only=attention").text


def test_a_wrong_number_and_an_empty_one_are_refused(admin, companies):
    order, shipment = in_doubt(companies)
    url = f"/admin/orders/{order.number}/parcels/{shipment.id}/label"

    assert admin.post(url, data={"tracking_number": "1Z00"}).status_code == 422
    assert admin.post(url).status_code == 422
    assert fulfilment.get_for_job(shipment.id).state == "maybe_bought"


def test_a_voided_parcel_has_no_label_to_print(admin, companies):
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    url = f"/admin/orders/{order.number}/labels/{shipment.id}.pdf"
    before = admin.get(f"/admin/orders/{order.number}").text
    wanted = {line.position: line.quantity for line in order.lines}
    amount = cancellations.quote(order, wanted).paid.amount
    cancellations.cancel(order.id, wanted, amount=amount, reason="Changed my mind", actor="customer", key="click")

    page, label = admin.get(f"/admin/orders/{order.number}").text, admin.get(url)

    assert url in before
    assert fulfilment.get_for_job(shipment.id).state == "voided"
    assert "Print label" not in page
    assert label.status_code == 409
    assert "This parcel was cancelled, so there is no label to print." in label.text


def test_a_label_that_is_on_its_way_stays(admin, companies):
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    companies.pull("webhooks", company="ups", paused=True)
    companies.pull("move", id=shipment.tracking_number)

    answer = admin.post(f"/admin/orders/{order.number}/parcels/{shipment.id}/voids")

    assert answer.status_code == 422
    assert "picked up" in answer.text


def test_strangers_and_readers_may_not(app, admin, companies):
    order, shipment = in_doubt(companies)
    url = f"/admin/orders/{order.number}/parcels/{shipment.id}/voids"
    reader = sign_in(app, make.staff(email="reader@example.com", role="reader"))

    assert app.test_client().post(url).status_code == 403
    assert reader.post(url).status_code == 403
    assert "Use this label" not in reader.get(f"/admin/orders/{order.number}").text
    assert fulfilment.get_for_job(shipment.id).state == "maybe_bought"


def audited():
    from sqlalchemy import select

    from app.services.audit.books import BOOKS

    intake = BOOKS["orders"].intake
    with db.orders.reading() as session:
        return session.execute(select(intake)).scalars().all()


def test_a_label_of_another_parcel_is_refused(admin, companies):
    other = make.paid_order()
    work()
    order, shipment = in_doubt(companies)
    (taken,) = fulfilment.shipments_of(other.id)

    answer = admin.post(
        f"/admin/orders/{order.number}/parcels/{shipment.id}/label", data={"tracking_number": taken.tracking_number}
    )

    assert answer.status_code == 422
    assert fulfilment.get_for_job(shipment.id).state == "maybe_bought"


def test_parcel_that_waits_for_what_is_not_here_is_not_called_prepared(admin):
    variant = make.variant(stock=1)
    inventory.allow_backorder(variant.id, 9, expected_on=date(2030, 12, 3), low_at=0, version=2, actor="staff:cleo")
    order = make.settled(make.place(make.buyer(variant, quantity=2)))

    text = admin.get(f"/admin/orders/{order.number}").text

    assert "The parcel is prepared once all of it is here. The customer was told 3 Dec 2030." in text
    assert "being prepared" not in text
