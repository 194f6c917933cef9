"""Stripe's lists: newest first, keyset pages by id, filters on time; and the expansion of ids into objects."""

from typing import Any

from standins import store
from standins.stripe import forms
from standins.stripe.errors import StripeError, no_such

PAGING = "limit starting_after ending_before created created[gt] created[gte] created[lt] created[lte]"
EXPANDABLE = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "payment_method": "payment_method",
    "customer": "customer",
    "setup_intent": "setup_intent",
}
_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(kind: str, params: forms.Params, url: str, **equal: Any) -> dict[str, Any]:
    """Give one page of a kind, narrowed to bodies whose fields equal the values that are not None."""
    limit = forms.whole(params, "limit") or 10
    if not 1 <= limit <= 100:
        raise StripeError("Invalid limit: must be between 1 and 100.", param="limit")
    conditions, values = _conditions(kind, params, equal)
    forwards = not params.get("ending_before")
    found = store.find_all(kind, " AND ".join(conditions), *values, limit=limit + 1, newest_first=forwards)
    shown = found[:limit] if forwards else found[:limit][::-1]
    return {"object": "list", "data": [public(body) for body in shown], "has_more": len(found) > limit, "url": url}


def public(body: dict[str, Any]) -> dict[str, Any]:
    """Give a body as the company shows it."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


def get(kind: str, key: str, param: str = "id") -> dict[str, Any]:
    """Give the body with this id, or refuse as Stripe does."""
    body = store.find(kind, key)
    if body is None:
        raise no_such(kind, key, param)
    return body


def expanded(body: dict[str, Any], paths: Any) -> dict[str, Any]:
    """Show a body, with the ids at these paths replaced by the objects they name."""
    shown = public(body)
    for path in paths if isinstance(paths, list) else [paths]:
        _expand(shown, str(path).split("."))
    return shown


def _expand(body: dict[str, Any], path: list[str]) -> None:
    head, *rest = path
    if head == "data" and isinstance(body.get("data"), list):
        for inner in body["data"]:
            _expand(inner, rest)
        return
    if head not in body and head != "line_items":
        raise StripeError(f"This property cannot be expanded ({head}).", param="expand")
    value = body.get(head)
    if isinstance(value, str) and head in EXPANDABLE:
        body[head] = public(get(EXPANDABLE[head], value))
    if head == "line_items":
        body[head] = (store.find(body["object"], body["id"]) or {})["_line_items"]
    if rest and isinstance(body.get(head), dict):
        _expand(body[head], rest)


def _conditions(kind: str, params: forms.Params, equal: dict[str, Any]) -> tuple[list[str], list[Any]]:
    conditions, values = [], []
    for name, value in equal.items():
        if value is not None:
            conditions.append(f"{store.field(name)} = ?")
            values.append(value)
    created = params.get("created", {})
    if not isinstance(created, dict):
        created = {"gte": created, "lte": created}
    for word, sign in _COMPARE.items():
        moment = forms.whole(created, word)
        if moment is not None:
            conditions.append(f"created {sign} ?")
            values.append(moment)
    for word, sign in (("starting_after", "<"), ("ending_before", ">")):
        if params.get(word):
            place = store.position(params[word])
            if place is None:
                raise no_such(kind, params[word], word)
            conditions.append(f"seq {sign} ?")
            values.append(place)
    return conditions, values
