"""What is wrong with a form, in the shop's words, shown at each field."""

from typing import Any

import wtforms
from wtforms.form import BaseForm

from app.errors import ShopError

_THEIRS = {
    "Not a valid integer value.": "Enter a whole number.",
    "Not a valid date value.": "Enter a date, as in 2026-03-31.",
    "Not a valid choice.": "Choose one of these.",
    "'%(value)s' are not valid choices for this field.": "Choose some of these.",
    "Invalid value, must be one of: %(values)s.": "Choose one of these.",
    "Invalid input.": "Reload the page.",
    "This field is required.": "Fill this in.",
    "Number must be at least %(min)s.": "Enter a number from %(min)s.",
    "Number must be between %(min)s and %(max)s.": "Enter a number from %(min)s to %(max)s.",
    "Field cannot be longer than %(max)d characters.": "Use at most %(max)d characters.",
    "Field must be between %(min)d and %(max)d characters long.": "Use %(min)d to %(max)d characters.",
}


class _Words:
    """What WTForms says of itself, as the shop says it."""

    def gettext(self, text: str) -> str:
        return _THEIRS.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:  # noqa: ARG002 - as WTForms calls it
        return _THEIRS.get(many, many)


class Form(wtforms.Form):
    """A form that refuses in the shop's words, where its fields bring none of their own."""

    class Meta:
        """How WTForms asks for words."""

        def get_translations(self, form: BaseForm) -> Any:  # noqa: ARG002 - as WTForms calls it
            """Return the shop's."""
            return _Words()


def mark(form: BaseForm | None, refusal: ShopError | None) -> None:
    """Show what a refusal says of the form's fields, each at its own; what the form itself says of one stays."""
    for name, advice in getattr(refusal, "fields", {}).items():
        if form is not None and name in form:
            form[name].errors = form[name].errors or [advice]
