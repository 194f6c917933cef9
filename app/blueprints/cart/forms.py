"""The shape of what the cart's forms send."""

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from app.blueprints._forms import Form
from app.services import cart

ADVICE = f"Enter a whole number from 1 to {cart.MAX_QUANTITY}."
_IN_RANGE = NumberRange(1, cart.MAX_QUANTITY)


class Quantity(Form):
    """How many of one line, in the cart as `version` showed it."""

    quantity = IntegerField("Quantity", [InputRequired(), _IN_RANGE])
    version = IntegerField("Version", [InputRequired()])


class Addition(Form):
    """What to put in the cart, and how many of it."""

    variant = StringField("Variant", [InputRequired()])
    quantity = IntegerField("Quantity", [InputRequired(), _IN_RANGE])

    @property
    def advice(self) -> str:
        """What to do about what was sent."""
        return "Please choose what to add." if self.variant.errors else ADVICE


class Consent(Form):
    """Agreement to new prices that add up to `subtotal` minor units."""

    subtotal = IntegerField("Subtotal", [InputRequired()])
