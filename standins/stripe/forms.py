"""Stripe's form bodies: `a[b][0][c]=1` becomes nested values, and only what an endpoint takes gets in."""

import itertools
import re
from typing import Any

from standins.stripe.errors import StripeError, missing

Params = dict[str, Any]

_KEY = re.compile(r"\[([^\]]*)\]")
_INDEX = re.compile(r"\[\d*\]")


def parse(pairs: list[tuple[str, str]], takes: frozenset[str]) -> Params:
    """Turn the pairs of a form or a query into nested values; refuse a parameter that is not taken.

    `takes` holds spellings such as `amount`, `metadata[*]` and `line_items[][price_data][currency]`.
    """
    tree: Params = {}
    for name, value in pairs:
        _refuse_unknown(name, takes)
        head, _, rest = name.partition("[")
        _set(tree, [head, *(_KEY.findall("[" + rest) if rest else [])], value)
    return {name: _listed(value) for name, value in tree.items()}


def whole(params: Params, name: str) -> int | None:
    """Read a whole number; an empty value counts as not given."""
    value = params.get(name)
    if value in (None, ""):
        return None
    if not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise StripeError(f"Invalid integer: {value}", "parameter_invalid_integer", name)
    return int(value)


def truth(params: Params, name: str) -> bool:
    """Read a boolean; not given is false."""
    value = params.get(name, "false")
    if value not in ("true", "false"):
        raise StripeError(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def choice(params: Params, name: str, allowed: tuple[str, ...], default: str | None = None) -> str | None:
    """Read one of a few words."""
    value = params.get(name) or default
    if value is not None and value not in allowed:
        words = ", ".join(allowed[:-1]) + f" or {allowed[-1]}"
        raise StripeError(f"Invalid {name}: must be one of {words}", param=name)
    return value


def needed(params: Params, name: str) -> Any:
    """Read what must be there."""
    if params.get(name) in (None, ""):
        raise missing(name)
    return params[name]


def metadata(params: Params, old: dict[str, str] | None = None) -> dict[str, str]:
    """Merge metadata as Stripe does: an empty value removes its key, an empty whole removes all."""
    given = params.get("metadata")
    if given == "":
        return {}
    merged = {**(old or {}), **(given or {})}
    for key, value in merged.items():
        if len(key) > 40 or len(value) > 500:
            raise StripeError("Metadata keys have at most 40 characters and values 500.", param="metadata")
    if len(merged) > 50:
        raise StripeError("Metadata can have up to 50 keys.", param="metadata")
    return {key: value for key, value in merged.items() if value != ""}


def _refuse_unknown(name: str, takes: frozenset[str]) -> None:
    plain = _INDEX.sub("[]", name)
    if plain in takes or re.sub(r"\[[^\]]*\]$", "[*]", plain) in takes:
        return
    head = name.partition("[")[0]
    if head == plain and any(known.startswith(head + "[") for known in takes):
        return  # `metadata=` empties it
    raise StripeError(f"Received unknown parameter: {name}", "parameter_unknown", name)


def _set(tree: Params, keys: list[str], value: str) -> None:
    for key, following in itertools.pairwise(keys):
        inner = tree.setdefault(key or str(len(tree)), {})
        if not isinstance(inner, dict):
            raise StripeError(f"Invalid hash: {key}[{following}]", param=keys[0])
        tree = inner
    tree[keys[-1] or str(len(tree))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(inner) for key, inner in value.items()}
