"""Gift cards at the checkout: entered and taken off. Each changes what an order of the cart would be."""

from collections.abc import Callable

from app import clock, config, db
from app.errors import Conflict, Invalid
from app.services import cart, gift_cards, payments, promotions
from app.services.cart import Shopper
from app.services.checkout.models import DraftRow
from app.services.payments import Lanes

_AT_MOST = 5
_IS_COUPON = "This is a discount code. Please enter it in the field for those, beside your order."
_NOT_BY_THEMSELVES = "A gift card cannot be bought with a gift card. Please choose another way to pay below."


def enter_gift_card(shopper: Shopper, code: str, *, address: str) -> None:
    """Have the shopper's order use the gift card with this code. Safe to repeat.

    Raises Invalid for a code that brings nothing, and where only gift cards are bought: whoever stole a card could wash
    it so. TooOften for whoever tries out many from one cart or `address`.
    """
    lanes = Lanes(cart=shopper.cart_id, address=address).named()
    payments.brake.check("gift_code", lanes)
    contents = cart.of(shopper)
    if contents.lines and all(line.is_gift_card for line in contents.lines):
        raise Invalid(_NOT_BY_THEMSELVES, code=_NOT_BY_THEMSELVES)
    try:
        card = gift_cards.get_by_code(code, currency=config.current().currency)
    except Invalid:
        payments.brake.note("gift_code", lanes, reference=db.new_id())
        if promotions.candidates(promotions.plain_code(code)).coupon is not None:
            raise Invalid(_IS_COUPON, code=_IS_COUPON) from None
        raise
    _change(shopper, lambda cards: cards if card.id in cards else [*cards, card.id])


def take_gift_card_off(shopper: Shopper, card_id: str) -> None:
    """Have the shopper's order not use a gift card after all. Safe to repeat."""
    _change(shopper, lambda cards: [each for each in cards if each != card_id])


def _change(shopper: Shopper, change: Callable[[list[str]], list[str]]) -> None:
    """Change which cards the draft names; the cart before the draft, as settling locks them."""
    if shopper.cart_id is None:
        raise Conflict("Your cart is empty. Please choose something first.")
    with db.orders.transaction() as session:
        cart.lock(shopper.cart_id)
        draft = session.get(DraftRow, shopper.cart_id, with_for_update=True)
        if draft is None:
            raise Conflict("Please enter your address first.")
        cards = change(list(draft.gift_card_ids))
        if len(cards) > _AT_MOST:
            advice = f"An order can be paid with up to {_AT_MOST} gift cards."
            raise Invalid(advice, code=advice)
        if cards != draft.gift_card_ids:
            cart.touch(shopper.cart_id)
            draft.gift_card_ids, draft.updated_at = cards, clock.now()
