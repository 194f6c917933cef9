"""A percent as people type it: 19,5 and 19.5 are one number."""

import re
from decimal import Decimal
from typing import Any

from wtforms import DecimalField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

_NUMBER = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,6}))?")


class PercentField(DecimalField):
    """A number with at most `places` digits behind a comma or a point.

    A text input, for in one of type number a browser drops a comma that its language has not: 19,5 came as 195.
    """

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; nothing is None."""
        text, self.data = valuelist[0].strip() if valuelist else "", None
        found = _NUMBER.fullmatch(text)
        if found and len(found[2] or "") <= (self.places or 0):
            self.data = Decimal(text.replace(",", "."))
        elif text:
            raise ValueError(f"Write a number like 7 or 7.5, with up to {self.places} digits behind the point.")

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - as WTForms calls it
        """Ask nothing more of what is no number: one sentence is enough."""
        if self.process_errors:
            raise StopValidation
