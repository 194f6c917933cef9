"""Whole numbers as people type them; what is none is refused in our words, not in the library's."""

from typing import Any

from wtforms import IntegerField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput


class WholeNumberField(IntegerField):
    """A whole number in a text input: in one of type number a turn of the mouse's wheel changes what was typed."""

    widget = TextInput()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.invalid_value_message = "Enter a whole number."

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - as WTForms calls it
        """Ask nothing more of what is no number: one sentence is enough. An empty field is for its validators."""
        if self.process_errors and any(text.strip() for text in self.raw_data or ()):
            raise StopValidation
