"""What is asked of MongoDB for a collection with rules."""

from dataclasses import replace

from app.services import catalog
from tests import make
from tests.counting import count_queries


def test_a_rule_is_asked_of_a_few_products_by_their_ids_first(app):
    ids = sorted(make.product("Thing", slug=f"thing-{number}").id for number in range(5))
    things = catalog.Collection(id="things", slug="things", title="Things", rules=(catalog.Rule("title", "thing"),))

    with count_queries() as asked:
        assert catalog.match(things, among=ids[:2]) == ids[:2]

    assert asked.commands == ["aggregate"], "one stage for the ids, whose plan is to look them up, one for the rule"
    assert catalog.match(replace(things, rules=(catalog.Rule("title", "cup"),)), among=ids) == []
    assert catalog.match(things) == ids
