"""Whole numbers as people type them."""

from wtforms import IntegerField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput


class WholeNumberField(IntegerField):
    """A whole number in a text input: in one of type number a turn of the mouse's wheel changes what was typed."""

    widget = TextInput()

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - as WTForms calls it
        """Ask nothing more of what is no number: one sentence is enough. An empty field is for its validators."""
        if self.process_errors and any(text.strip() for text in self.raw_data or ()):
            raise StopValidation
