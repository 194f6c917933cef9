"""The address form. Its fields, their order and names are those of the chosen country, so it is composed for each."""

from collections.abc import Mapping
from typing import Any

from wtforms import EmailField, Field, SelectField, StringField, TelField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired

from app import config
from app.blueprints._choices import SelectChoice
from app.services import checkout
from app.services.checkout import Address, AddressField

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
_AUTOCOMPLETE = {
    "name": "name",
    "company": "organization",
    "line1": "address-line1",
    "line2": "address-line2",
    "district": "address-level3",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
}
_EMAIL_HINT = "We send the confirmation and the tracking number there."
_CODE_HINT = "We send the confirmation there, and what you buy."
_PHONE_HINT = "Only for the carrier, in case the parcel cannot be delivered."


class AddressForm(BaseForm):
    """Whom to write to and where to send it. Shape only: the service knows what is right for the country.

    Where nothing `is_sent` the address is only for the invoice, and no carrier needs a telephone number.
    """

    def __init__(self, values: Mapping[str, str], *, is_sent: bool = True) -> None:
        country = values.get("country", "")
        if country not in dict(checkout.countries()):
            country = config.current().country
        self.address_fields = checkout.address_fields(
            country, region=values.get("region", ""), city=values.get("city", "")
        )
        super().__init__(
            _contact_fields(is_sent=is_sent) | {field.name: _unbound(field) for field in self.address_fields}
        )
        self.process(data={**values, "country": country})

    @property
    def is_layered(self) -> bool:
        """Whether one choice decides what can be chosen below it."""
        return any(field.decides for field in self.address_fields)

    def mark(self, problems: Mapping[str, str]) -> None:
        """Show what the service found wrong, each at its field."""
        for name, advice in problems.items():
            if name in self:
                self[name].errors = [advice]

    def fields_of_country(self) -> list[tuple[Field, AddressField]]:
        """Return the fields of the address in the country's order, with what is known of each."""
        return [(self[field.name], field) for field in self.address_fields]


def values_of(email: str, address: Address | None) -> dict[str, str]:
    """Return what was entered before, under the names of the form's fields."""
    if address is None:
        return {}
    lines = dict(zip(("line1", "line2"), address.lines, strict=False))
    names = ("name", "company", "city", "district", "postal_code", "region", "sorting_code", "country", "phone")
    return {"email": email} | {name: getattr(address, name) for name in names} | lines


def _contact_fields(*, is_sent: bool) -> dict[str, Any]:
    hint = _EMAIL_HINT if is_sent else _CODE_HINT
    phone = TelField("Telephone", description=_PHONE_HINT, render_kw={"autocomplete": "shipping tel"})
    return {
        "email": EmailField("Email", [InputRequired()], description=hint, render_kw={"autocomplete": "email"}),
        **({"phone": phone} if is_sent else {}),
        "country": SelectField(
            "Country",
            [InputRequired()],
            choices=[SelectChoice(code, name) for code, name in checkout.countries()],
            render_kw={"autocomplete": "shipping country"},
        ),
    }


def _unbound(field: AddressField) -> Any:
    attributes: dict[str, Any] = {"dir": "auto"}
    if field.name in _AUTOCOMPLETE:
        attributes["autocomplete"] = f"shipping {_AUTOCOMPLETE[field.name]}"
    validators = [InputRequired()] if field.is_required else []
    if field.choices:
        choices = [SelectChoice(value, words) for value, words in (("", "Please choose"), *field.choices)]
        return SelectField(field.label, validators, choices=choices, render_kw=attributes)
    attributes["maxlength"] = checkout.MAX_LENGTH
    return StringField(field.label, validators, render_kw=attributes)
