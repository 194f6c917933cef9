"""Gift cards on the last page: entered and taken off, by plain forms that lead back to it."""

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.blueprints._access import shopper
from app.blueprints._forms import Form
from app.blueprints._limits import limiter
from app.blueprints._pages import in_words, say_when, see_other, status_of
from app.blueprints.checkout import review
from app.blueprints.checkout.views import bp
from app.errors import Invalid, TooOften
from app.services import checkout


class GiftCard(Form):
    """The code of a card."""

    code = StringField("Code", [DataRequired("Enter the code of your gift card."), Length(max=60)])


@bp.post("/gift-cards")
@limiter.limit("30/minute")
def enter_gift_card() -> AnyResponse:
    """Pay with a gift card, as far as it reaches."""
    form = GiftCard(request.form)
    if not form.validate():
        return review.show(status=422, card_problem=str(form.code.errors[0]))
    try:
        checkout.enter_gift_card(shopper(), form.code.data or "", address=request.remote_addr or "")
    except (Invalid, TooOften) as error:
        return say_when(review.show(status=status_of(error), card_problem=in_words(error)), error)
    return see_other(url_for("checkout.payment", done="card"))


@bp.post("/gift-cards/<card>/removal")
@limiter.limit("30/minute")
def take_gift_card_off(card: str) -> AnyResponse:
    """Keep a gift card for another time."""
    checkout.take_gift_card_off(shopper(), card)
    return see_other(url_for("checkout.payment", done="card"))
