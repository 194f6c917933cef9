"""Lists of the back office: what the address of one asks for."""

import pytest

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
