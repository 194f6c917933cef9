"""Two members of staff at one parcel: a label that was bought meanwhile is not lost."""

import pytest
from flask import Flask

from app.errors import Conflict
from app.services import fulfilment, shipping
from tests import make
from tests.companies import Companies
from tests.working import work


class Cleo:
    """Staff."""

    actor = "staff:cleo"


def test_label_bought_while_another_is_given_back_stays(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make.paid_order()
    work()
    (shipment,), void = fulfilment.shipments_of(order.id), shipping.void_label

    def slowly(number: str) -> None:
        void(number)
        monkeypatch.setattr(shipping, "void_label", void)
        fulfilment.void_label(Cleo(), shipment.id)  # a colleague, who is faster
        work()

    monkeypatch.setattr(shipping, "void_label", slowly)
    with pytest.raises(Conflict, match="another label by now"):
        fulfilment.void_label(Cleo(), shipment.id)
    work()

    (label,) = [each for each in companies.ledger()["labels"] if each["step"] != "void"]
    assert fulfilment.get_for_job(shipment.id).tracking_number == label["id"]
