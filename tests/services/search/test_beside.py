"""What a product page shows beside the product."""

from app.services import catalog, search
from tests import make


def test_neighbours_that_can_be_had_come_before_nearer_ones_that_are_sold_out(app):
    made = [make.product(f"Print {place}", stock=0 if place in (1, 3) else 5) for place in range(6)]
    ids = tuple(each.id for each in made)
    catalog.save_collection(catalog.Collection(id="c-drift", slug="drift", title="Drift", product_ids=ids))
    search.index_stale()

    beside = search.beside(made[0])

    assert [card.title for card in beside.cards] == ["Print 2", "Print 4", "Print 5", "Print 1"]
