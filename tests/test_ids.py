"""Ids: sortable by the moment they were made, within a millisecond too."""

from concurrent.futures import ThreadPoolExecutor

from app import clock, db


def test_new_id_is_above_the_one_before_it_within_one_millisecond():
    with clock.at(clock.now()):
        made = [db.new_id() for _ in range(5000)]

    assert made == sorted(set(made))
    assert {len(each) for each in made} == {20}


def test_new_id_never_repeats_when_threads_ask_at_once():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: db.new_id(), range(5000)))

    assert len(set(made)) == 5000
