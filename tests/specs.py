"""The companies' own specifications as judges of what we send and of what the stand-ins answer.

They lie beside the repository (`../shared/specs`), not in it; where they are missing, a test that asks is skipped.
Stripe's is a little older than its SDK: a parameter that only the SDK knows belongs in `UNLISTED`.
"""

import functools
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "specs"
_FILES = {"stripe": "stripe.json", "ups": "ups.json", "sendgrid": "sendgrid-mail.json"}
_VERBS = ("get", "post", "put", "patch", "delete")

# Parameters that Stripe takes and its specification does not list: a browser's publishable key. What only a newer SDK
# knows belongs here too.
UNLISTED = frozenset(("key", "created"))
# Where a specification contradicts itself: its own text allows what its schema refuses.
_OWN_MISTAKES = (
    # "PDF" and "GIF" are the valid values of a field of "at least 4 characters".
    ("ups", re.compile(r"LabelImageFormat\.Code: '(PDF|GIF|ZPL)' is too short")),
    # A weight of "exactly 8 characters" whose example is 2.5.
    ("ups", re.compile(r"BillingWeight\.Weight: '[\d.]+' is too short")),
    # A label is recovered by tracking numbers *or* by reference, and both are required.
    ("ups", re.compile(r"LabelRecoveryRequest: '(TrackingNumbers|ReferenceValues)' is a required property")),
)


def needed() -> None:
    """Skip the test that asks when the specifications are not here."""
    if not FOLDER.is_dir():
        pytest.skip(f"the companies' specifications are not at {FOLDER}")


def violations(
    company: str, method: str, path: str, *, query: str = "", request: str = "", status: int = 0, response: str = ""
) -> list[str]:
    """Give what is wrong, by the company's specification, with a request and, when a status is given, its answer.

    `path` is without the stand-in's prefix (`/v1/payment_intents`); bodies are texts as they travelled.
    """
    found = _operation(company, method.lower(), path)
    if found is None:
        return [f"{method} {path}: the specification knows no such call"]
    pointer, operation = found
    wrong = _wrong_request(company, pointer, operation, query, request)
    if status and status < 500:
        wrong += _wrong_answer(company, pointer, operation, status, response)
    mistakes = [pattern for named, pattern in _OWN_MISTAKES if named == company]
    return [f"{method} {path} {text}" for text in wrong if not any(pattern.search(text) for pattern in mistakes)]


def of_exchanges(exchanges: list[dict[str, Any]]) -> list[str]:
    """Give the violations in what the lever `record` wrote down."""
    return [
        text
        for one in exchanges
        for text in violations(
            one["company"], one["method"], one["path"], query=one["query"], request=one["request"],
            status=0 if one["is_dropped"] else one["status"], response=one["response"],
        )
    ]  # fmt: skip


def _wrong_request(company: str, pointer: str, operation: dict[str, Any], query: str, request: str) -> list[str]:
    wrong = []
    named = {one["name"]: one for one in operation.get("parameters", []) if one.get("in") == "query"}
    given = {name.partition("[")[0] for name, _ in parse_qsl(query)}
    if company == "stripe":
        wrong += [f"query: {name} is not known" for name in given - set(named) - UNLISTED]
    wrong += [f"query: {name} is missing" for name, one in named.items() if one.get("required") and name not in given]
    content = operation.get("requestBody", {}).get("content", {})
    for kind, media in content.items():
        schema = _schema(company, f"{pointer}/requestBody/content/{_escaped(kind)}/schema")
        body = _typed(_tree(request), media["schema"], company) if "form" in kind else json.loads(request)
        wrong += [f"request {text}" for text in _errors(schema, _without(body, UNLISTED))]
    return wrong


def _wrong_answer(company: str, pointer: str, operation: dict[str, Any], status: int, response: str) -> list[str]:
    answers = operation["responses"]
    key = str(status) if str(status) in answers else "default"
    if key not in answers:
        return [f"answer: status {status} is not known"]
    media = answers[key].get("content", {}).get("application/json")
    if media is None or not media.get("schema"):
        return []
    schema = _schema(company, f"{pointer}/responses/{key}/content/application~1json/schema")
    return [f"answer {status} {text}" for text in _errors(schema, json.loads(response))]


def _without(body: Any, names: frozenset[str]) -> Any:
    return {name: value for name, value in body.items() if name not in names} if isinstance(body, dict) else body


def _errors(validator: Draft202012Validator, body: Any) -> list[str]:
    return [_text(error) for error in validator.iter_errors(body)]


def _text(error: ValidationError) -> str:
    while error.context:  # of several alternatives, the one that came nearest
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"


@functools.cache
def _document(company: str) -> dict[str, Any]:
    document = json.loads((FOLDER / _FILES[company]).read_text())
    converted: dict[str, Any] = _as_json_schema(document)
    return converted


@functools.cache
def _registry(company: str) -> Registry[Any]:
    resource = Resource(contents=_document(company), specification=DRAFT202012)
    return Registry().with_resource(f"urn:{company}", resource)  # type: ignore[no-any-return]


@functools.cache
def _schema(company: str, pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"urn:{company}#{pointer}"}, registry=_registry(company))


def _as_json_schema(node: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema's null."""
    if isinstance(node, list):
        return [_as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _as_json_schema(value) for name, value in node.items() if name not in ("nullable", "example")}
    if node.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, plain]}
    return plain


@functools.cache
def _operation(company: str, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    best = None
    for template, calls in _document(company)["paths"].items():
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        if method in calls and re.fullmatch(pattern, path) and (best is None or template.count("{") < best.count("{")):
            best = template
    if best is None:
        return None
    return f"/paths/{_escaped(best)}/{method}", _document(company)["paths"][best][method]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _tree(form: str) -> dict[str, Any]:
    """Read `a[b][0]=c` as nested values."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        keys = [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1] or str(len(place))] = value
    return tree


def _typed(value: Any, schema: dict[str, Any], company: str) -> Any:
    """Give the texts of a form the types their schema asks for."""
    if "$ref" in schema:
        return _typed(value, _resolve(schema["$ref"], company), company)
    for one in schema.get("anyOf", []):
        typed = _typed(value, one, company)
        if Draft202012Validator(one, registry=_registry(company)).is_valid(typed):
            return typed
    if schema.get("type") == "array" and isinstance(value, dict) and all(key.isdigit() for key in value):
        return [_typed(one, schema["items"], company) for one in value.values()]
    if isinstance(value, dict):
        inner, other = schema.get("properties", {}), schema.get("additionalProperties")
        rest = other if isinstance(other, dict) else {}
        return {key: _typed(one, inner.get(key, rest), company) for key, one in value.items()}
    return _scalar(value, schema.get("type"))


def _scalar(value: str, kind: str | None) -> Any:
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value == "true" if kind == "boolean" and value in ("true", "false") else value


def _resolve(reference: str, company: str) -> dict[str, Any]:
    node: Any = _document(company)
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return dict(node)
