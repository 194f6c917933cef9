"""What somebody else wrote meanwhile, beside what was typed: whoever saves again then writes over it knowingly."""

from decimal import Decimal

from wtforms import Field, SelectField
from wtforms.form import BaseForm

_NO_STATE = {"version", "read", "key", "shown_of"}  # how old a form is, and what it asks for
_LONGEST = 200  # characters


def find_newer(form: BaseForm, newest: BaseForm) -> dict[str, str]:
    """Return the fields of a form that are otherwise by now, each with what it is."""
    return {
        now.name: _plain(now) for now in newest if now.name not in _NO_STATE and _plain(now) != _plain(form[now.name])
    }


def mark_newer(form: BaseForm, newest: BaseForm) -> None:
    """Say below each field what it is by now."""
    for name, now in find_newer(form, newest).items():
        form[name].errors = [*form[name].errors, f"It is now: {now}"]


def _plain(field: Field) -> str:
    value = field.data
    if isinstance(field, SelectField):
        value = ", ".join(option.label.text for option in field if option.checked)
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    if isinstance(value, bool):
        return "ticked" if value else "not ticked"
    text = " ".join(str("" if value is None else value).split())
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…") or "empty"
