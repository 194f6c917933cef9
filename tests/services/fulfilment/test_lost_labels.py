"""`fsck` finds labels that are not there to print, also where a shop has sent very much."""

from flask import Flask

from app import stores
from app.services import fulfilment, health, orders
from tests import make
from tests.working import work


def test_labels_are_looked_for_many_at_a_time(app: Flask) -> None:
    parcels = [fulfilment.shipments_of(order.id)[0] for order in _sent(5)]
    gone = parcels[2]
    stores.s3().delete_object(Bucket=stores.bucket(), Key=gone.label_key or "")
    asked: list[str] = []
    stores.s3().meta.events.register("before-call.s3", _keep := lambda model, **_: asked.append(model.name))
    try:
        (examined,) = health.examine(only="parcels.pages")
    finally:
        stores.s3().meta.events.unregister("before-call.s3", _keep)

    assert [(fault.subject, fault.says) for fault in examined.faults] == [
        (gone.id, f"its label {gone.label_key} is not in S3: 404")
    ]
    assert asked == ["ListObjectsV2", "HeadObject"]


def test_a_label_that_is_bought_meanwhile_is_there(app: Flask) -> None:
    listed = "after-call.s3.ListObjectsV2"
    stores.s3().meta.events.register(listed, _buy := lambda **_: _sent(1))
    try:
        (examined,) = health.examine(only="parcels.pages")
    finally:
        stores.s3().meta.events.unregister(listed, _buy)

    assert len(fulfilment.orders_to_send()) == 1
    assert examined.is_well


def _sent(count: int) -> list[orders.Order]:
    made = [make.paid_order() for _ in range(count)]
    work()
    return made
