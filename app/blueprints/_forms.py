"""What services find wrong, shown in the form that was sent."""

from wtforms.form import BaseForm

from app.errors import ShopError


def mark(form: BaseForm | None, refusal: ShopError | None) -> None:
    """Show what a refusal says of the form's fields, each at its own."""
    for name, advice in getattr(refusal, "fields", {}).items():
        if form is not None and name in form:
            form[name].errors = [advice]
