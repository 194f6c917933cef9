"""What a browser looked at before: its cards on request, nothing noted here."""

import pytest

from app.services import search
from tests import make
from tests.blueprints.catalog.test_browsing import PART, titles


def test_cards_come_in_the_order_asked_for(client):
    one, other, draft = make.product("One"), make.product("Other"), make.product("Draft", is_published=False)
    search.index_stale()

    answer = client.get(f"/recently-viewed?ids={other.id},{draft.id},{one.id}", headers=PART)

    assert titles(answer) == ["Other", "One"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("ids", ["", "none", "%00,$where,../..", ",,,", "a" * 5000, "%5B%5D,x%22y"])
def test_what_is_no_id_shows_nothing(client, ids):
    answer = client.get(f"/recently-viewed?ids={ids}", headers=PART)

    assert answer.status_code == 200
    assert titles(answer) == []
    assert "Recently viewed" not in answer.text


def test_few_cards_are_shown_by_few_queries(client, count_queries, no_hurry):
    products = [make.product(f"Print {number}") for number in range(9)]
    client.get("/collections")  # the process knows the state of the shop
    address = f"/recently-viewed?ids={','.join(each.id for each in products)}"

    with count_queries() as counted:
        answer = client.get(address, headers=PART)
    with count_queries() as again:
        client.get(address, headers=PART)

    assert len(titles(answer)) == 4
    assert (counted.sql, counted.mongo) == (1, 1)
    assert (again.sql, again.mongo) == (0, 0)


def test_it_is_no_page_of_its_own(client):
    assert client.get("/recently-viewed?ids=x").status_code == 404
