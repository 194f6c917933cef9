"""What staff enter about a promotion. Shape only: the service knows what contradicts itself."""

from collections.abc import Sequence
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from app import config
from app.blueprints._choices import SelectChoice, shelf_choices
from app.blueprints._forms import Form
from app.blueprints._percents import PercentField
from app.blueprints._whole_numbers import WholeNumberField
from app.errors import Invalid
from app.money import Money
from app.services import catalog
from app.services.promotions import WITH_PERCENT, Promotion, Terms

_KINDS = {
    "percent": "Percent off",
    "fixed": "An amount off",
    "buy_get": "Buy some, get some",
    "free_delivery": "Free delivery",
}
_COUNT = [Optional(), NumberRange(1, 1_000_000, "Enter a whole number from 1.")]
_MOST_PRODUCTS = 100


class PromotionForm(Form):
    """What a promotion gives, to whom, for what, when and how often."""

    name = StringField(
        "Name", [DataRequired("Enter a name; customers see it."), Length(max=60)],
        description="Customers see it next to what they save.",
    )  # fmt: skip
    code = StringField("Code", [Optional(), Length(max=40)], description="Without one it is applied automatically.")
    kind = SelectField("Gives", choices=[SelectChoice(value, words) for value, words in _KINDS.items()])
    percent = PercentField(
        "Percent", description="Of the price; 100 is free.",
    )  # fmt: skip
    amount = StringField("Amount", [Optional(), Length(max=20)])
    buy = WholeNumberField("Buy", [Optional(), NumberRange(1, 99, "Enter a whole number from 1 to 99.")])
    get = WholeNumberField("Get", [Optional(), NumberRange(1, 99, "Enter a whole number from 1 to 99.")])
    minimum = StringField(
        "Minimum", [Optional(), Length(max=20)], description="What the products must cost at least, before discounts."
    )
    collections = SelectMultipleField("Collections", [Optional()], description="None chosen: all products.")
    products = TextAreaField(
        "Products",
        [Optional(), Length(max=8000)],
        description="Their addresses, one a line: /products/slack-tide.",
    )
    is_first_order_only = BooleanField("Only for a first order")
    is_exclusive = BooleanField("Cannot be combined", description="Not together with another promotion.")
    total_limit = WholeNumberField("Uses in total", _COUNT)
    customer_limit = WholeNumberField("Uses per customer", _COUNT, description="Counted by email address.")
    starts_on = DateField("First day", [Optional()])
    ends_on = DateField("Last day", [Optional()])
    version = IntegerField(validators=[Optional()])
    key = HiddenField(validators=[Optional(), Regexp(r"[0-9a-v]{20}\Z")])  # of a new one: makes two clicks one

    def __init__(
        self, shelves: Sequence[catalog.Collection], sent: MultiDict[str, str] | None = None, **known: Any
    ) -> None:
        super().__init__(sent, **known)
        self.collections.choices = shelf_choices(shelves)
        self._product_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, promotion: Promotion, shelves: Sequence[catalog.Collection]) -> Self:
        """Return the form as a promotion fills it."""
        names = (
            *("name", "code", "kind", "buy", "get", "collections", "is_first_order_only", "is_exclusive"),
            *("total_limit", "customer_limit", "starts_on", "ends_on", "version"),
        )
        slugs = [f"/products/{each.slug}" for each in catalog.find_products(promotion.products)]
        return cls(
            shelves,
            **{name: getattr(promotion, name) for name in names},
            percent=promotion.percent if promotion.kind in WITH_PERCENT else None,
            amount=_written(promotion.amount),
            minimum=_written(promotion.minimum),
            products="\n".join(slugs),
        )

    def validate_percent(self, field: PercentField) -> None:
        """Refuse a percent that takes nothing off, or too much, or that is missing where the promotion is one."""
        is_missing = field.data is None and self.kind.data in WITH_PERCENT
        if is_missing or (field.data is not None and not 0 < field.data <= 100):
            raise ValidationError("Enter a number up to 100, and above 0.")

    def validate_amount(self, field: StringField) -> None:
        """Refuse what is no amount."""
        _read(field.data)

    def validate_minimum(self, field: StringField) -> None:
        """Refuse what is no amount."""
        _read(field.data)

    def validate_products(self, field: TextAreaField) -> None:
        """Refuse addresses that lead to no product."""
        try:
            self._product_ids = tuple(catalog.find_product_ids(field.data or ""))
        except Invalid as refusal:
            raise ValidationError(refusal.fields["product_ids"]) from refusal
        if len(self._product_ids) > _MOST_PRODUCTS:
            raise ValidationError(f"Name at most {_MOST_PRODUCTS} products, or make a collection of them.")

    def terms(self) -> Terms:
        """Return what was entered. After validate()."""
        return Terms(
            name=(self.name.data or "").strip(),
            kind=self.kind.data,
            code=self.code.data or "",
            percent=self.percent.data,
            amount=_read(self.amount.data),
            buy=self.buy.data or 1,
            get=self.get.data or 1,
            minimum=_read(self.minimum.data),
            collections=tuple(self.collections.data or ()),
            products=self._product_ids,
            is_first_order_only=self.is_first_order_only.data,
            is_exclusive=self.is_exclusive.data,
            total_limit=self.total_limit.data,
            customer_limit=self.customer_limit.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )


def _read(text: str | None) -> int | None:
    """Read an amount in major units; nothing for nothing."""
    if not (text or "").strip():
        return None
    try:
        money = Money.typed(text or "", config.current().currency)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if money.amount < 1:
        raise ValidationError("Enter an amount above zero.")
    return money.amount


def _written(amount: int | None) -> str:
    return "" if amount is None else str(Money(amount, config.current().currency).decimal)
