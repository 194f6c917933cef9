"""Changes of a product that do not mind what others change of it at the same moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Conflict
from app.services import audit
from app.services.catalog.documents import Product
from app.services.catalog.reading import get_product_as_staff
from app.services.catalog.writing import save_product

_TRIES = 5


@dataclass(frozen=True)
class Rewritten:
    """A product as it is to be saved, and what the audit says of the difference."""

    product: Product
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


def rewrite(
    actor: str, act: str, product_id: str, change: Callable[[Product], Rewritten | None], *, subject: str = ""
) -> Product:
    """Save what `change` makes of the newest product, and again when somebody else was faster; None is nothing to do.

    Returns the product as it is then.

    `change` refuses by raising. The audit notes `act` on `subject`, which is the product unless it is said.
    """
    for _ in range(_TRIES):
        product = get_product_as_staff(product_id)
        made = change(product)
        if made is None:
            return product
        try:
            with audit.outside(actor, act, subject or f"product:{product_id}", before=made.before, after=made.after):
                return save_product(made.product)
        except Conflict:
            continue
    raise Conflict("Others are changing this product right now. Please try again.")
