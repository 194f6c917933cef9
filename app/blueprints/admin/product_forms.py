"""The shape of what the forms of a product send."""

from wtforms import BooleanField, FileField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from app.blueprints._choices import SelectChoice
from app.blueprints._forms import Form
from app.blueprints._whole_numbers import WholeNumberField
from app.services import tax

_TAX_CLASSES = {each: each.replace("_", " ").capitalize() for each in tax.CLASSES} | {tax.ZERO: "Never taxed"}


class Edit(Form):
    """A product's words. `version` is the revision that was read."""

    title = StringField("Title", [InputRequired("Write a title."), Length(max=300)])
    slug = StringField(
        "Address", [InputRequired("Write an address."), Length(max=200)],
        description="After /products/. The address it had leads here.",
    )  # fmt: skip
    kind = StringField("Kind", [Optional(), Length(max=100)])
    vendor = StringField("Maker", [Optional(), Length(max=100)])
    tags = StringField("Tags", [Optional(), Length(max=1000)], description="With commas between them.")
    description = TextAreaField(
        "Description", [Optional(), Length(max=100_000)], description="Paragraphs as HTML: <p>, <em>, <ul>, <a>."
    )
    tax_class = SelectField(
        "Tax", [Optional(), AnyOf(_TAX_CLASSES)], choices=[SelectChoice(*each) for each in _TAX_CLASSES.items()],
        validate_choice=False,
    )  # fmt: skip
    least = WholeNumberField("Sold from", [Optional(), NumberRange(1, 99)], description="Pieces.")
    step = WholeNumberField("In steps of", [Optional(), NumberRange(1, 99)], description="Pieces.")
    most = WholeNumberField("Up to", [Optional(), NumberRange(1, 99)], description="Pieces. Empty: no limit.")
    is_gift_card = BooleanField(
        "It is a gift card",
        description="Worth its price, without tax or reduction; its code is mailed when it is paid.",
    )
    is_published = BooleanField("Customers see it")
    version = IntegerField(validators=[InputRequired("Reload the page.")])


class EditVariant(Form):
    """What a variant is called, costs and weighs. `read` stands for how it was when the form was made."""

    sku = StringField("SKU", [Optional(), Length(max=200)])
    price = StringField("Price", [Optional(), Length(max=20)])
    compare_at = StringField("Compare-at price", [Optional(), Length(max=20)])
    gtin = StringField("GTIN or EAN", [Optional(), Length(max=50)])
    weight = WholeNumberField("Weight in grams", [Optional(), NumberRange(0, 1_000_000)])
    contents = StringField("Contents", [Optional(), Length(max=20)])
    reference = StringField("Unit price per", [Optional(), Length(max=20)])
    read = HiddenField(validators=[InputRequired("Reload the page.")])


class Describe(Form):
    """Words for those who do not see a picture. `read` is what they were."""

    alt = StringField("Description", [Optional(), Length(max=500)])
    read = HiddenField()


class Upload(Form):
    """A picture and what it shows."""

    file = FileField("Picture", description="JPEG, PNG, WebP, AVIF or GIF, at most 20 MB.")
    alt = StringField("What it shows", [InputRequired("Write it for those who do not see it."), Length(max=500)])


class Focus(Form):
    """What stays in sight, in percent."""

    x = IntegerField("From the left", [InputRequired(), NumberRange(0, 100)])
    y = IntegerField("From the top", [InputRequired(), NumberRange(0, 100)])
