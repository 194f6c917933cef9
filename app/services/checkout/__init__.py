"""Checkout: from a cart to a paid order. Owns `checkout_drafts`; the rest belongs to other rooms.

The one rule: three short transactions (place, charge, settle) with the network between them, never inside.
"""

from app.services.checkout.addresses import (
    MAX_LENGTH,
    Address,
    AddressField,
    address_fields,
    check_contact,
    countries,
    country_name,
)
from app.services.checkout.capture import capture, capture_as_staff, close_open, flag_lapsing, void
from app.services.checkout.drafts import (
    TERMS_VERSION,
    Draft,
    Quote,
    Step,
    Tender,
    draft_of,
    enter_coupon,
    erase_draft,
    quote,
    remove_coupon,
    save_address,
    save_delivery,
)
from app.services.checkout.events import mark_disputed, process_event
from app.services.checkout.owing import ask_as_staff
from app.services.checkout.paying import enter_gift_card, take_gift_card_off
from app.services.checkout.place import Outdated, Placed, TotalChanged, pay_again, place
from app.services.checkout.reconcile import reconcile, reconcile_soon, settle_open
from app.services.checkout.settle import expire, settle, tell_refund_failed, withdraw
from app.services.checkout.transfers import take_receipt_back, take_transfer

__all__ = [
    "MAX_LENGTH",
    "TERMS_VERSION",
    "Address",
    "AddressField",
    "Draft",
    "Outdated",
    "Placed",
    "Quote",
    "Step",
    "Tender",
    "TotalChanged",
    "address_fields",
    "ask_as_staff",
    "capture",
    "capture_as_staff",
    "check_contact",
    "close_open",
    "countries",
    "country_name",
    "draft_of",
    "enter_coupon",
    "enter_gift_card",
    "erase_draft",
    "expire",
    "flag_lapsing",
    "mark_disputed",
    "pay_again",
    "place",
    "process_event",
    "quote",
    "reconcile",
    "reconcile_soon",
    "remove_coupon",
    "save_address",
    "save_delivery",
    "settle",
    "settle_open",
    "take_gift_card_off",
    "take_receipt_back",
    "take_transfer",
    "tell_refund_failed",
    "void",
    "withdraw",
]
