"""Jobs of search."""

from app.services import search


def index_product(product_id: str) -> None:
    """Bring one product's search document up to date. Twice is harmless: it writes what the catalogue says now."""
    search.index_products([product_id])


def index_collection(collection_id: str) -> None:
    """Bring one collection's shelf up to date. Twice is harmless, as above."""
    search.index_collections([collection_id])
