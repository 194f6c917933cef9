"""The shapes of the demo shop's plain data: pictures, options, variants, products, collections."""

import unicodedata
from dataclasses import dataclass

CURRENCY = "EUR"


def handle_of(title: str) -> str:
    """A title as the last part of an address: small ASCII letters and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


@dataclass(frozen=True)
class Picture:
    """One picture of a product; `file` is its name in the folder that `draw_all` fills. Sizes are pixels."""

    file: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Option:
    """A choice to make on the product page, its values in the order to show them."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """One thing that can be bought. `values` answers the product's options one by one, in their order.

    `price` is in minor units of CURRENCY, VAT included; `stock` is what lies on the shelf, 0 when sold out. `contents`
    is how much it holds, such as "3 m", where prices are compared by that.
    """

    sku: str
    values: tuple[str, ...]
    price: int
    weight_grams: int
    stock: int
    gtin: str | None = None
    contents: str = ""


@dataclass(frozen=True)
class Product:
    """A page of the shop. `description` holds paragraphs of plain text; `pictures` come best first."""

    handle: str
    title: str
    type: str
    description: tuple[str, ...]
    tags: tuple[str, ...]
    options: tuple[Option, ...]
    variants: tuple[Variant, ...]
    pictures: tuple[Picture, ...]
    published: bool = True
    is_gift_card: bool = False

    @property
    def is_sold_out(self) -> bool:
        """No variant of it can be bought."""
        return all(variant.stock == 0 for variant in self.variants)


@dataclass(frozen=True)
class Collection:
    """A hand-picked shelf: product handles in the order to show them; `picture` is the file of its cover."""

    handle: str
    title: str
    description: str
    products: tuple[str, ...]
    picture: Picture


@dataclass(frozen=True)
class DemoShop:
    """Everything the first run loads. Collections and products come in the order a visitor should meet them.

    `hero` is the wide picture at the top of the home page.
    """

    name: str
    tagline: str
    currency: str
    hero: Picture
    collections: tuple[Collection, ...]
    products: tuple[Product, ...]
