"""What the shop sells: products, variants, collections and their pictures, in MongoDB.

The one rule: the document is the truth about a product. Every write raises its revision and marks it stale in the same
write; whatever is derived from it (search documents, cached pages) follows and may be made again at any time.
"""

from app.services.catalog.documents import HOME, Batch, Collection, Option, Product, Variant
from app.services.catalog.imports import (
    Rehearsal,
    get_import,
    go_on,
    list_imports,
    problems_of,
    rehearse,
    start_import,
)
from app.services.catalog.pictures import Progress, finish_picture, picture_progress, queue_pictures, queue_unfinished
from app.services.catalog.reading import (
    Card,
    Gone,
    Moved,
    Sellable,
    cards,
    collections,
    find_by_slug,
    find_collection_by_slug,
    find_collections,
    find_products,
    find_variants,
    generation,
    get,
    known,
    list_ids,
    lost_collection,
    members_of,
    walk,
)
from app.services.catalog.shopify import clean_html
from app.services.catalog.streaming import (
    PER_FILE,
    Address,
    count_published,
    last_change,
    stream_addresses,
    stream_products,
)
from app.services.catalog.words import plain_text
from app.services.catalog.writing import (
    clear_stale,
    delete_product,
    find_stale,
    raise_generation,
    save_collection,
    save_product,
)
from app.services.images import Media

__all__ = [
    "HOME",
    "PER_FILE",
    "Address",
    "Batch",
    "Card",
    "Collection",
    "Gone",
    "Media",
    "Moved",
    "Option",
    "Product",
    "Progress",
    "Rehearsal",
    "Sellable",
    "Variant",
    "cards",
    "clean_html",
    "clear_stale",
    "collections",
    "count_published",
    "delete_product",
    "find_by_slug",
    "find_collection_by_slug",
    "find_collections",
    "find_products",
    "find_stale",
    "find_variants",
    "finish_picture",
    "generation",
    "get",
    "get_import",
    "go_on",
    "known",
    "last_change",
    "list_ids",
    "list_imports",
    "lost_collection",
    "members_of",
    "picture_progress",
    "plain_text",
    "problems_of",
    "queue_pictures",
    "queue_unfinished",
    "raise_generation",
    "rehearse",
    "save_collection",
    "save_product",
    "start_import",
    "stream_addresses",
    "stream_products",
    "walk",
]
