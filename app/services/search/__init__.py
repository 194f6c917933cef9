"""Finding products: search documents in PostgreSQL, made from the catalogue, and the lists that pages show.

The one rule: a search document is derived. It is written only from the catalogue's newest revision, and may be thrown
away and made again; nothing is sold by what it says.
"""

from app.services.search.asking import SORTS, explain
from app.services.search.back_office import (
    LowPage,
    ProductPage,
    StockedVariant,
    VariantPage,
    find_variant_as_staff,
    find_variants_by_codes,
    list_low_as_staff,
    list_products_as_staff,
    list_variants_as_staff,
)
from app.services.search.beside import Beside, beside, recall
from app.services.search.indexing import (
    index_collections,
    index_products,
    index_stale,
    index_turns,
    reindex,
    unfilled,
    write_documents,
)
from app.services.search.listing import PAGE_SIZE, Listing, find, list_products
from app.services.search.narrowing import CAP, COLLECTION, Facet, Filters, Value
from app.services.search.ranking import rank
from app.services.search.shelving import Preview, preview
from app.services.search.suggesting import suggest
from app.services.search.synonyms import add_synonyms, change_synonyms, list_synonyms, remove_synonyms
from app.services.search.windows import windows
from app.services.search.words import LONGEST_QUERY, forget_words

__all__ = [
    "CAP",
    "COLLECTION",
    "LONGEST_QUERY",
    "PAGE_SIZE",
    "SORTS",
    "Beside",
    "Facet",
    "Filters",
    "Listing",
    "LowPage",
    "Preview",
    "ProductPage",
    "StockedVariant",
    "Value",
    "VariantPage",
    "add_synonyms",
    "beside",
    "change_synonyms",
    "explain",
    "find",
    "find_variant_as_staff",
    "find_variants_by_codes",
    "forget_words",
    "index_collections",
    "index_products",
    "index_stale",
    "index_turns",
    "list_low_as_staff",
    "list_products",
    "list_products_as_staff",
    "list_synonyms",
    "list_variants_as_staff",
    "preview",
    "rank",
    "recall",
    "reindex",
    "remove_synonyms",
    "suggest",
    "unfilled",
    "windows",
    "write_documents",
]
