"""The shape of what the cart's forms send."""

from wtforms import Form, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from app.services import cart

_ADVICE = f"Enter a whole number from 1 to {cart.MAX_QUANTITY}."


class Quantity(Form):
    """How many of one line, in the cart as `version` showed it."""

    quantity = IntegerField("Quantity", [InputRequired(_ADVICE), NumberRange(1, cart.MAX_QUANTITY, _ADVICE)])
    version = IntegerField("Version", [InputRequired()])


class Addition(Form):
    """What to put in the cart, and how many of it."""

    variant = StringField("Variant", [InputRequired("Please choose what to add.")])
    quantity = IntegerField("Quantity", [InputRequired(_ADVICE), NumberRange(1, cart.MAX_QUANTITY, _ADVICE)], default=1)


class Consent(Form):
    """Agreement to new prices that add up to `subtotal` minor units."""

    subtotal = IntegerField("Subtotal", [InputRequired()])
