"""Reads of a cart: its lines as the catalogue, the stock, the taxes and the promotions have them now."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from app import config, db
from app.errors import Unavailable
from app.money import Money
from app.services import catalog, inventory, promotions, tax
from app.services.cart.contents import Cart, CartLine, Left, Shopper
from app.services.cart.models import CartRow, LineRow

# What is read of a cart and of its lines.
CART = (
    CartRow.id, CartRow.revision, CartRow.order_id, CartRow.coupon,
    CartRow.country, CartRow.region, CartRow.postal_code,
)  # fmt: skip
LINE = (
    LineRow.variant_id, LineRow.quantity, LineRow.price_seen, LineRow.currency,
    LineRow.title, LineRow.options_label, LineRow.slug, LineRow.image,
)  # fmt: skip
_ROWS = (
    select(*CART, *LINE)
    .outerjoin(LineRow, LineRow.cart_id == CartRow.id)
    .where(CartRow.id == bindparam("cart"))
    .order_by(LineRow.added_at, LineRow.variant_id)
)
_PIECES = select(func.sum(LineRow.quantity)).where(LineRow.cart_id == bindparam("cart"))


def of(shopper: Shopper, *, coupon: str | None = None) -> Cart:
    """Return the shopper's cart; an empty one when they have none. With `coupon`, as if that had been entered."""
    return read(shopper.cart_id, coupon=coupon)


def count(shopper: Shopper) -> int:
    """Return how many pieces lie in the shopper's cart. Asks no store for somebody without one."""
    if shopper.cart_id is None:
        return 0
    return int(db.orders.value(_PIECES, {"cart": shopper.cart_id}) or 0)


def read(cart_id: str | None, *, coupon: str | None = None) -> Cart:
    """Return a cart in at most five SQL queries and one of the catalogue, however many lines it has.

    One query less while no order waits for its money; one more of the catalogue when a promotion is for collections.
    """
    rows = db.orders.rows(_ROWS, {"cart": cart_id}) if cart_id else []
    lines = [row for row in rows if row.variant_id]  # an empty cart is one row without a line
    if not lines:
        revision = rows[0].revision if rows else 0
        return Cart(id=cart_id, revision=revision, lines=(), currency=config.current().currency)
    left = stock_left([line.variant_id for line in lines], order_id=rows[0].order_id)
    return compose(rows[0], lines, left, {}, coupon=coupon)


def compose(
    cart: Any,
    lines: Sequence[Any],
    left: Mapping[str, Left],
    known: Mapping[str, catalog.Sellable],
    *,
    coupon: str | None = None,
) -> Cart:
    """Return the cart of these rows, of which so much is `left`; asks the catalogue for what is not `known` of it.

    `cart` has the columns CART, each of `lines` those of LINE.
    """
    currency = config.current().currency
    candidates = promotions.candidates(coupon or cart.coupon, order_id=cart.order_id)
    unknown = [line.variant_id for line in lines if line.variant_id not in known]
    sellables, members, is_current = _ask_catalog(unknown, known, candidates)
    place = _place_of(cart) or tax.home()
    return Cart(
        id=cart.id,
        revision=cart.revision,
        lines=tuple(
            _as_sold(line, sellables.get(line.variant_id), left[line.variant_id], currency)
            if is_current
            else _as_copied(line, left[line.variant_id])
            for line in lines
        ),
        currency=currency,
        is_current=is_current,
        goes_to=place,
        has_address=cart.country is not None,
        rates=tax.rates(place),
        candidates=candidates,
        members=members,
    )


def stock_left(variants: Sequence[str], *, order_id: str | None) -> dict[str, Left]:
    """Return how many of each variant this cart can have: what nobody holds, and what its own unpaid order holds."""
    held = inventory.held(order_id) if order_id else {}
    return {
        variant: Left(
            pieces=max(0, level.available + held.get(variant, 0)),
            now=max(0, level.on_hand - level.reserved + held.get(variant, 0)),
            expected_on=level.expected_on,
        )
        for variant, level in inventory.levels(variants).items()
    }


def _place_of(cart: Any) -> tax.Place | None:
    return tax.Place(cart.country, cart.region or "", cart.postal_code or "") if cart.country else None


def _ask_catalog(
    unknown: Sequence[str], known: Mapping[str, catalog.Sellable], candidates: promotions.Candidates
) -> tuple[Mapping[str, catalog.Sellable], Mapping[str, frozenset[str]], bool]:
    """Return what the catalogue says of variants and collections, and whether it could be asked."""
    try:
        sellables = {**known, **catalog.find_variants(unknown)}
        products = {sellable.product_id for sellable in sellables.values()}
        return sellables, catalog.members_of(candidates.collections, among=products), True
    except Unavailable:
        return known, {}, False


def _as_sold(line: Any, sellable: catalog.Sellable | None, left: Left, currency: str) -> CartLine:
    """Show a line as the catalogue has it. What it no longer sells keeps the copied words and price."""
    if sellable is None or sellable.price.currency != currency:
        return _as_copied(line, left, is_available=False)
    return CartLine(
        variant_id=line.variant_id,
        product_id=sellable.product_id,
        title=sellable.title,
        options_label=sellable.options_label,
        sku=sellable.sku,
        slug=sellable.slug,
        image=sellable.image,
        quantity=line.quantity,
        unit_price=sellable.price,
        price_seen=Money(line.price_seen, line.currency),
        is_available=sellable.is_available,
        left=left.pieces,
        expected_on=left.expected_on if line.quantity > left.now else None,
        weight_grams=sellable.weight_grams,
        requires_shipping=sellable.requires_shipping,
        is_gift_card=sellable.is_gift_card,
        batch=sellable.batch,
        tax_class=sellable.tax_class,
        measured=sellable.measured,
    )


def _as_copied(line: Any, left: Left, *, is_available: bool = True) -> CartLine:
    return CartLine(
        variant_id=line.variant_id,
        product_id="",
        title=line.title,
        options_label=line.options_label,
        sku="",
        slug=line.slug,
        image=catalog.Media(**line.image) if line.image else None,
        quantity=line.quantity,
        unit_price=Money(line.price_seen, line.currency),
        price_seen=Money(line.price_seen, line.currency),
        is_available=is_available,
        left=left.pieces,
        expected_on=left.expected_on if line.quantity > left.now else None,
        weight_grams=0,
        requires_shipping=True,
        is_gift_card=False,
        batch=catalog.Batch(),
        tax_class=tax.STANDARD,
        measured=None,
    )
