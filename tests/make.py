"""Situations by name: one function a noun. Each makes what it needs through the services, as the shop itself would."""

from dataclasses import replace

from app import clock, db
from app.money import Money
from app.services import catalog, inventory


def product(
    title: str = "Slack Tide",
    *,
    slug: str | None = None,
    options: dict[str, tuple[str, ...]] | None = None,
    price: int | None = 2900,
    stock: int = 5,
    sku: str = "",
    is_published: bool = True,
    media: tuple[catalog.Media, ...] = (),
    description: str = "",
) -> catalog.Product:
    """Put a product in the catalogue, `stock` of each variant on the shelf. `options`: {"Size": ("Small", "Large")}."""
    choices = options or {}
    rows: list[tuple[str, ...]] = [()]
    for values in choices.values():
        rows = [(*row, value) for row in rows for value in values]
    key = db.new_id()
    variants = tuple(
        catalog.Variant(
            id=db.new_id(),
            values=row,
            sku=sku and "-".join((sku, *(str(number) for number in [place] if len(rows) > 1))),
            price=None if price is None else Money(price, "EUR"),
            weight_grams=200,
        )
        for place, row in enumerate(rows, start=1)
    )
    made = catalog.save_product(
        catalog.Product(
            id=key,
            slug=slug or f"{title.lower().replace(' ', '-')}-{key[-6:]}",
            title=title,
            description=description,
            options=tuple(catalog.Option(name, values) for name, values in choices.items()),
            variants=variants,
            media=media,
            is_published=is_published,
            created_at=clock.now(),
        )
    )
    for each in variants:
        if stock:
            inventory.receive(each.id, stock, reason="opening stock", actor="test")
    return made


def variant(
    title: str = "Slack Tide", *, price: int = 2900, stock: int = 5, weight_grams: int = 200
) -> catalog.Variant:
    """Put a product without options in the catalogue and return its one variant."""
    made = product(title, price=price, stock=0)
    only = replace(made.variants[0], weight_grams=weight_grams)
    catalog.save_product(replace(made, variants=(only,)))
    if stock:
        inventory.receive(only.id, stock, reason="opening stock", actor="test")
    return only
