"""Synonyms: what staff write there is found at once."""

import pytest
from sqlalchemy import text

from app import db
from app.errors import Conflict, Invalid, NotFound
from app.services import catalog, search
from tests import make


@pytest.fixture
def shop(app):
    make.product("Oak Frame")
    make.product("Wall Art")
    make.product("Slack Tide")
    search.index_stale()


def found(asked):
    return sorted(card.title for card in search.find(asked).cards)


def only():
    [group] = search.list_synonyms()
    return group


def test_word_finds_what_its_synonyms_find(shop):
    assert found("poster") == []

    search.add_synonyms("Poster, Wall art; frames", actor="staff:cleo")

    assert only().words == ["poster", "wall art", "frames"]
    assert found("poster") == found("posters") == found("frame") == found("wall art") == ["Oak Frame", "Wall Art"]
    assert found("poster oak") == ["Oak Frame"]
    assert found("slack") == ["Slack Tide"]


def test_synonym_is_a_word_that_is_known_beside_a_misspelt_one(shop):
    search.add_synonyms("poster, tide", actor="staff:cleo")

    listing = search.find("poster slakc")

    assert listing.instead == "poster slack"
    assert [card.title for card in listing.cards] == ["Slack Tide"]


def test_change_replaces_the_words_and_is_audited(shop):
    search.add_synonyms("poster, frame", actor="staff:cleo")

    search.change_synonyms(only().id, "sea, tide", version=1, actor="staff:cleo")

    assert found("poster") == []
    assert found("sea") == ["Slack Tide"]
    search.remove_synonyms(only().id, version=2, actor="staff:cleo")
    assert found("sea") == []
    with db.orders.reading() as session:
        acts = session.scalars(text("SELECT act FROM audit_intake ORDER BY id")).all()
    assert [act for act in acts if act.startswith("synonyms")] == ["synonyms.add", "synonyms.change", "synonyms.remove"]


@pytest.mark.parametrize("typed", ["", "poster", "poster, POSTER", ",;", "the, of", "\0, a", "a" * 61 + ", b"])
def test_synonyms_refuse_what_are_none(shop, typed):
    with pytest.raises(Invalid):
        search.add_synonyms(typed, actor="staff:cleo")

    assert search.list_synonyms() == []


def test_stale_change_is_refused(shop):
    search.add_synonyms("poster, frame", actor="staff:cleo")
    search.change_synonyms(only().id, "poster, art", version=1, actor="staff:ben")

    with pytest.raises(Conflict):
        search.change_synonyms(only().id, "poster, tide", version=1, actor="staff:cleo")
    with pytest.raises(Conflict):
        search.remove_synonyms(only().id, version=1, actor="staff:cleo")
    with pytest.raises(NotFound):
        search.remove_synonyms("none", version=1, actor="staff:cleo")

    assert only().words == ["poster", "art"]


def test_suggestions_begin_with_what_was_typed(shop):
    assert [card.title for card in search.suggest("sl")] == ["Slack Tide"]
    assert [card.title for card in search.suggest("slakc")] == ["Slack Tide"]
    assert [card.title for card in search.suggest("art")] == ["Wall Art"]
    assert search.suggest("s") == search.suggest("") == search.suggest("xylophone") == []


def test_beginning_that_is_a_word_left_out_is_still_a_beginning(app):
    make.product("Notebook")
    search.index_stale()

    assert [card.title for card in search.suggest("not")] == ["Notebook"]
    assert found("not") == ["Notebook"]


def test_word_that_no_product_has_any_more_is_forgotten(app):
    product = make.product("Undertow")
    search.index_stale()
    assert found("undretow") == ["Undertow"]
    catalog.delete_product(product)
    search.index_stale()
    search.forget_words()

    with db.orders.reading() as session:
        assert session.scalars(text("SELECT word FROM search_words")).all() == []
