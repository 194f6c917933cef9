"""`python -m bench.crowd BUYERS VARIANT`: so many people stand at the last page of the checkout with the same thing.

Run inside the settings of the shop. Says as JSON the form that they all send, and the cookie that each carries.
"""

import json
import os
import sys
from dataclasses import dataclass

from itsdangerous import Signer
from sqlalchemy import text

from app import create_app, db
from app.config import Config
from app.services import cart, checkout
from bench.walks import ADDRESS

# The first goes there through the services; the others are that one again, each with a cart of their own.
_AGAIN = """
    INSERT INTO {table} SELECT (jsonb_populate_record(row, jsonb_build_object('{key}', lpad(n::text, 20, '0')))).*
    FROM {table} row, generate_series(1, :count) n WHERE row.{key} = :first
"""
_TABLES = {"carts": "id", "cart_lines": "cart_id", "checkout_drafts": "cart_id"}


@dataclass(frozen=True)
class _Buyer:
    cart_id: str | None = None
    customer_id: str | None = None


def main() -> None:
    """Bring them there."""
    count, variant = int(sys.argv[1]), sys.argv[2]
    settings = Config.from_env(os.environ)
    app = create_app(settings, role="cli")
    with app.app_context():
        who = _Buyer(cart.add(_Buyer(), variant, 1).id)
        address = {name: value for name, value in ADDRESS.items() if name != "email"}
        checkout.save_address(who, email=ADDRESS["email"], address=address)
        checkout.save_delivery(who, "standard")
        offer = checkout.quote(who)
        with db.orders.transaction() as session:
            for table, key in _TABLES.items():
                session.execute(text(_AGAIN.format(table=table, key=key)), {"count": count, "first": who.cart_id})
    form = {
        "revision": offer.cart.revision, "total": offer.totals.total.amount, "terms": "yes",
        "terms_version": offer.terms_version, "method": "hosted",
    }  # fmt: skip
    signer = Signer(settings.secret_key, salt="cart-cookie")
    cookies = [signer.sign(f"{number:020}").decode() for number in range(1, count + 1)]
    name = settings.cookie("cart")
    sys.stdout.write(json.dumps({"form": form, "cookies": [f"{name}={cookie}" for cookie in cookies]}) + "\n")


if __name__ == "__main__":
    main()
