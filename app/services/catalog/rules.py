"""Rules of collections: what can be compared, and which products hold to them, as MongoDB finds them."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from app import config, stores
from app.errors import Invalid
from app.money import Money, advice_on
from app.services.catalog.documents import PRICES, Collection, Rule, to_collection

RULES = {
    "tag": "Tag is",
    "kind": "Kind is",
    "vendor": "Maker is",
    "title": "Title contains",
    "price_from": "Costs at least",
    "price_to": "Costs at most",
}
_Condition = dict[str, Any]


def check_rule(rule: Rule) -> Rule:
    """Return the rule, or raise Invalid when nothing could hold to it."""
    if rule.kind not in RULES:
        raise Invalid("There is no such rule. Choose one from the list.")
    if not rule.value.strip():
        raise Invalid(f"Say what “{RULES[rule.kind]}” compares with, or choose no rule in that row.")
    if rule.kind.startswith("price"):
        currency = config.current().currency
        if advice := advice_on(rule.value, currency):
            raise Invalid(advice)
        try:
            price = Money.parse(rule.value, currency)
        except ValueError as error:
            raise Invalid(f"“{rule.value}” is no price. Write it as 30 or 29.90.") from error
        if price.amount not in PRICES:
            raise Invalid(f"“{rule.value}” is no price to sell at.")
    return Rule(rule.kind, rule.value.strip())


def match(collection: Collection, *, among: Iterable[str] | None = None) -> list[str]:
    """Return the ids of the products (all, or those `among`) that hold to the collection's rules; none has no rules.

    Whether they are published is not asked: that is for the lists.
    """
    if not collection.rules:
        return []
    conditions = [_CONDITIONS[rule.kind](rule.value) for rule in collection.rules]
    holds: _Condition = {"is_deleted": False, "$or" if collection.matches_any else "$and": conditions}
    products = stores.catalog()["products"]
    if among is None:
        return [document["_id"] for document in products.find(holds, {"_id": 1}).sort("_id", 1)]
    # In a stage of its own their ids are looked up, whatever plan the conditions beside them would get.
    stages = [
        {"$match": {"_id": {"$in": list(among)}}},
        {"$match": holds},
        {"$sort": {"_id": 1}},
        {"$project": {"_id": 1}},
    ]
    return [document["_id"] for document in products.aggregate(stages)]


def find_ruled_collections() -> list[Collection]:
    """Return the collections that have rules, whatever their state."""
    found = stores.catalog()["collections"].find({"rules": {"$exists": True, "$ne": []}})
    return [to_collection(document) for document in found]


def _is(field: str) -> Callable[[str], _Condition]:
    return lambda value: {field: {"$regex": f"^{re.escape(value)}$", "$options": "i"}}


def _costs(comparison: str) -> Callable[[str], _Condition]:
    def condition(value: str) -> _Condition:
        amount = Money.parse(value, config.current().currency).amount
        return {"variants": {"$elemMatch": {"price.amount": {comparison: amount}}}}

    return condition


_CONDITIONS: dict[str, Callable[[str], _Condition]] = {
    "tag": _is("tags"),
    "kind": _is("kind"),
    "vendor": _is("vendor"),
    "title": lambda value: {"title": {"$regex": re.escape(value), "$options": "i"}},
    "price_from": _costs("$gte"),
    "price_to": _costs("$lte"),
}
