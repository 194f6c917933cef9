"""`python -m bench.havoc.goods COUNT,STOCK,SCARCE`: things to buy, each with `STOCK` pieces, and one with `SCARCE`.

Beside them a coupon, and gift cards, that only `SCARCE` orders can use, and a gift card to buy. Run inside the settings
of the shop. Says as JSON what there is.
"""

import json
import os
import sys
from decimal import Decimal

from app import clock, create_app, db
from app.config import Config
from app.money import Money
from app.services import catalog, gift_cards, inventory, promotions, search
from app.services.catalog.gift_cards import RUN
from bench.havoc.buyers import COUPON


def main() -> None:
    """Fill the shop."""
    count, stock, scarce = (int(number) for number in sys.argv[1].split(","))
    app = create_app(Config.from_env(os.environ), role="cli")
    with app.app_context():
        made = [_make(number, scarce if number == 0 else stock) for number in range(count)]
        gift = catalog.Variant(id=db.new_id(), price=Money(2500, "EUR"))
        card = catalog.Product(
            id=db.new_id(), slug="gift-card", title="Gift card", variants=(gift,), created_at=clock.now(),
            is_gift_card=True,
        )  # fmt: skip
        catalog.save_product(card, is_announced=False)
        search.index_stale()
        promotions.add(
            promotions.Terms(name="Few", kind="percent", percent=Decimal(10), code=COUPON, total_limit=scarce),
            actor="bench",
        )
        issued = [gift_cards.issue(Money(2000, "EUR"), key=f"havoc-{n}", actor="bench").card for n in range(scarce)]
        cards = [gift_cards.code_of(card.id) for card in issued]
    sys.stdout.write(json.dumps({"variants": made, "cards": cards, "gift": gift.id, "gifts": RUN}) + "\n")


def _make(number: int, stock: int) -> dict[str, object]:
    variant = catalog.Variant(id=db.new_id(), price=Money(1900 + 100 * number, "EUR"), weight_grams=200)
    catalog.save_product(
        catalog.Product(
            id=db.new_id(), slug=f"print-{number}", title=f"Print {number}", variants=(variant,), created_at=clock.now()
        ),
        is_announced=False,
    )
    inventory.receive(variant.id, stock, reason="opening stock", actor="bench")
    return {"variant": variant.id, "stock": stock}


if __name__ == "__main__":
    main()
