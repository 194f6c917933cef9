"""Gift cards that were bought: each piece becomes a card once its money is here, and their codes are mailed.

The one rule: a card is not given for a promise. What a card only holds is captured first.
"""

from app import db
from app.queue import done, later
from app.services import credits, gift_cards, orders, payments

TAKEN = {"paid", "partly_refunded"}  # the states of an order's money in which its gift cards are the customer's


def issue_gift_cards(order_id: str) -> None:
    """Issue a card for each piece bought of a paid order and have their codes mailed. Only once, however often called.

    Pieces whose price was given back before are left out. Before the money is here nothing happens: it asks again.
    """
    with db.orders.transaction():
        order = orders.lock(order_id)
        if order.state == orders.OrderState.CONFIRMED and payments.state_of(payments.of_order(order_id)) in TAKEN:
            gone, made = credits.given_pieces([order_id]), 0
            for line in order.lines:
                if line.is_gift_card:
                    pieces = line.quantity - gone.get((order_id, line.position), 0)
                    made += gift_cards.issue_sold(order_id, line.position, [line.unit_price_money] * pieces)
            if made:
                what = "A gift card was" if made == 1 else f"{made} gift cards were"
                orders.note(order_id, "gift_cards", f"{what} issued.")
                later("email.gift_cards", order_id, key=f"gift-cards-mail:{order_id}")
        done()
