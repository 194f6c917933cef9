"""Checkout: from a cart to a paid order. Owns `checkout_drafts`; the rest belongs to other rooms.

The one rule: three short transactions (place, charge, settle) with the network between them, never inside.
"""

from app.services.checkout.addresses import MAX_LENGTH, Address, AddressField, address_fields, countries
from app.services.checkout.drafts import (
    TERMS_VERSION,
    Draft,
    Quote,
    Step,
    draft_of,
    erase_draft,
    quote,
    save_address,
    save_delivery,
)

__all__ = [
    "MAX_LENGTH",
    "TERMS_VERSION",
    "Address",
    "AddressField",
    "Draft",
    "Quote",
    "Step",
    "address_fields",
    "countries",
    "draft_of",
    "erase_draft",
    "quote",
    "save_address",
    "save_delivery",
]
