"""Reading all of the catalogue, some at a time."""

from app.services import catalog
from app.services.catalog import reading
from tests import make


def test_a_walk_is_one_question_however_long_it_is(app, count_queries, monkeypatch):
    monkeypatch.setattr(reading, "_AT_ONCE", 2)
    ids = sorted(make.product(slug=f"thing-{number}", stock=0).id for number in range(5))

    with count_queries() as asked:
        pages = [[each["_id"] for each in page] for page in catalog.walk("products", ("slug",))]

    assert pages == [ids[:2], ids[2:4], ids[4:]]
    assert asked.mongo == 1
