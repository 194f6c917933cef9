"""Synonyms in the back office."""

from lxml import html

from app.services import search
from tests import make
from tests.blueprints.admin.conftest import sign_in


def only():
    [group] = search.list_synonyms()
    return group


def test_synonyms_are_added_changed_and_removed(admin):
    answer = admin.post("/admin/synonyms/", data={"words": "sofa, couch"})

    assert answer.status_code == 303
    assert "sofa, couch" in admin.get("/admin/synonyms/").text
    admin.post(f"/admin/synonyms/{only().id}/changes", data={"words": "sofa, settee", "version": "1"})
    assert only().words == ["sofa", "settee"]
    admin.post(f"/admin/synonyms/{only().id}/removal", data={"version": "2"})
    assert search.list_synonyms() == []


def test_bad_synonyms_are_refused_and_stay_typed(admin):
    for words in ("", "alone"):
        answer = admin.post("/admin/synonyms/", data={"words": words})

        assert answer.status_code == 422
        assert f'value="{words}"' in answer.text
    assert search.list_synonyms() == []


def test_removal_says_what_it_does_before_it_is_done(admin):
    search.add_synonyms("sofa, couch", actor="staff:ben")

    page = html.fromstring(admin.get("/admin/synonyms/").text)

    [form] = page.xpath(f'//form[@action="/admin/synonyms/{only().id}/removal"]')
    assert form.getparent().tag == "details"
    assert "A search for one of these words then finds only that word." in form.text_content()


def test_stale_change_is_refused_with_what_is_there(admin):
    search.add_synonyms("sofa, couch", actor="staff:ben")
    search.change_synonyms(only().id, "sofa, settee", version=1, actor="staff:ben")

    answer = admin.post(f"/admin/synonyms/{only().id}/changes", data={"words": "sofa, bench", "version": "1"})

    assert answer.status_code == 409
    assert "meanwhile" in answer.text
    assert "sofa, settee" in answer.text


def test_reader_may_not_see_synonyms(app):
    reader = sign_in(app, make.staff("reader"))

    assert reader.get("/admin/synonyms/").status_code == 403
