"""What mails show: small pictures of what was bought, an address that can be written on a parcel."""

from flask import Flask

from app.services import checkout, notifications
from app.services.images import Media
from tests import make
from tests.companies import Companies
from tests.working import work


def test_the_confirmation_shows_a_small_picture_of_each_line(app: Flask, companies: Companies) -> None:
    picture = Media(key="k" * 40, width=1200, height=1600)
    placed = make.place(make.buyer(make.product("Ebb", media=(picture,)).variants[0]))
    make.pay(placed)
    checkout.settle(placed.payment.id)

    work("email")

    (mail,) = companies.ledger()["mails"]
    src = f'src="{app.extensions["config"].origin}/media/{picture.key}/320.jpg" width="52" height="70" alt=""'
    assert src in mail["content"]["text/html"]


def test_an_approved_return_names_the_country_that_it_goes_to(app: Flask, companies: Companies) -> None:
    order = make.paid_order()

    notifications.return_changed(order.id, return_id="r", state="approved", answer=None, quantities={1: 1}, came={1: 1})
    work("email")

    for body in companies.ledger()["mails"][-1]["content"].values():
        assert "Germany" in body
        assert "DE" not in body.split()
