"""Finding products: search documents in PostgreSQL, made from the catalogue, and the lists that pages show.

The one rule: a search document is derived. It is written only from the catalogue's newest revision, and may be thrown
away and made again; nothing is sold by what it says.
"""

from app.services.search.back_office import StockedVariant, VariantPage, find_variant_as_staff, list_variants_as_staff
from app.services.search.beside import Beside, beside
from app.services.search.indexing import index_collections, index_products, index_stale, reindex
from app.services.search.listing import LONGEST_QUERY, PAGE_SIZE, SORTS, Listing, find, list_products

__all__ = [
    "LONGEST_QUERY",
    "PAGE_SIZE",
    "SORTS",
    "Beside",
    "Listing",
    "StockedVariant",
    "VariantPage",
    "beside",
    "find",
    "find_variant_as_staff",
    "index_collections",
    "index_products",
    "index_stale",
    "list_products",
    "list_variants_as_staff",
    "reindex",
]
