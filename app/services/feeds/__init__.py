"""What other companies' machines read of the shop: every variant for sale, as Google's merchant centre describes goods.

The one rule: an offer says what the product's page says; what a required fact is missing of is left out.
"""

from app.services.feeds.merchant import Offer, offers

__all__ = ["Offer", "offers"]
