"""Finding products: search documents in PostgreSQL, made from the catalogue, and the lists that pages show.

The one rule: a search document is derived. It is written only from the catalogue's newest revision, and may be thrown
away and made again; nothing is sold by what it says.
"""

from app.services.search.indexing import index_collections, index_products, index_stale, reindex
from app.services.search.listing import PAGE_SIZE, SORTS, Listing, find, list_products

__all__ = [
    "PAGE_SIZE",
    "SORTS",
    "Listing",
    "find",
    "index_collections",
    "index_products",
    "index_stale",
    "list_products",
    "reindex",
]
