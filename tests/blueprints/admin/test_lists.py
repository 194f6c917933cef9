"""Lists of the back office: what the address of one asks for."""

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from app.services import catalog

LISTS = [
    ("orders", "state"), ("orders", "pay"), ("orders", "q"), ("orders", "only"), ("orders", "before"),
    ("returns", "state"), ("returns", "before"), ("transfers", "q"), ("transfers", "after"),
    ("gift-cards", "q"), ("gift-cards", "before"), ("money/findings", "before"), ("money/disputes", "before"),
    ("products", "q"), ("products", "after"), ("stock", "q"), ("stock", "after"), ("stock/low", "after"),
    ("promotions", "state"), ("promotions", "before"), ("taxes", "country"), ("taxes", "after"),
    ("jobs/inbox", "company"), ("jobs/inbox", "verdict"), ("jobs/inbox", "before"),
]  # fmt: skip


@pytest.mark.parametrize(("room", "name"), LISTS)
def test_what_no_database_keeps_is_left_out_of_a_filter(admin, room, name):
    answer = admin.get(f"/admin/{room}" + ("/" if "/" not in room else ""), query_string={name: "\0a\0"})

    assert answer.status_code == 200, answer.text
    assert "cannot be kept" not in answer.text


@pytest.mark.parametrize(("failure", "status"), [(ServerSelectionTimeoutError("nobody"), 503), (KeyError("bug"), 500)])
def test_failure_is_told_to_staff_without_a_word_of_carts(admin, monkeypatch, failure, status):
    def fail():
        raise failure

    monkeypatch.setattr(catalog, "list_collections_as_staff", fail)

    answer = admin.get("/admin/collections/")

    assert answer.status_code == status
    assert 'href="/admin/"' in answer.text
    assert "Your cart" not in answer.text
    assert "To the shop" not in answer.text
