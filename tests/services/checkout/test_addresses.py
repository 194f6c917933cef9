"""Addresses by the rules of each country. Pure: no store is asked."""

import tracemalloc
from dataclasses import asdict

import pytest

from app.errors import Invalid
from app.services import shipping
from app.services.checkout import address_fields, countries
from app.services.checkout.addresses import check_address
from app.services.checkout.contacts import check_email, check_phone

BERLIN = {"country": "DE", "name": "Ada", "line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin"}
DUBLIN = {"country": "IE", "name": "Ada", "line1": "1 Main Street", "city": "Dublin"}


def names(country, **chosen):
    return [field.name for field in address_fields(country, **chosen)]


def problems(values):
    with pytest.raises(Invalid) as refused:
        check_address(values)
    return refused.value.fields


def test_countries_are_those_that_shipping_reaches():
    assert {code for code, _ in countries()} == set(shipping.countries())
    assert ("DE", "Germany") in countries()
    assert ("DE", "Deutschland") in countries("de")


@pytest.mark.parametrize("country", shipping.countries())
def test_every_country_asks_for_name_and_street_once(country):
    asked = names(country)

    assert asked.count("name") == asked.count("line1") == 1
    assert len(asked) == len(set(asked))
    assert all(field.label for field in address_fields(country))


def test_fields_stand_in_the_order_of_the_country():
    assert names("DE") == ["name", "company", "line1", "line2", "postal_code", "city"]
    assert names("JP") == ["postal_code", "region", "line1", "line2", "company", "name"]
    assert names("HU") == ["name", "company", "city", "line1", "line2", "postal_code"]


def test_fields_have_the_names_of_the_country():
    labels = {country: {field.name: field.label for field in address_fields(country)} for country in ("JP", "US", "IE")}

    assert labels["JP"]["region"] == "Prefecture"
    assert (labels["US"]["region"], labels["US"]["postal_code"]) == ("State", "ZIP code")
    assert (labels["IE"]["region"], labels["IE"]["postal_code"]) == ("County", "Eircode")


def test_country_without_states_has_no_field_for_them():
    assert "region" not in names("DE")
    assert "postal_code" not in names("HK")


def test_cities_hang_on_the_region_where_they_are_chosen():
    before = {field.name: field for field in address_fields("KR")}
    after = {field.name: field for field in address_fields("KR", region="강원도")}

    assert before["region"].decides
    assert not before["city"].choices
    assert ("강릉시", "Gangneung-si / 강릉시") in after["city"].choices


@pytest.mark.parametrize("spelling", ["D02 AF30", "d02af30", " D02-AF30 "])
def test_eircode_is_taken_in_every_spelling(spelling):
    assert check_address(DUBLIN | {"postal_code": spelling}).postal_code == "D02 AF30"


@pytest.mark.parametrize("typed", ["D-10119", "d - 10119", "DE-10119"])
def test_sign_of_the_country_before_a_postcode_is_left_out(typed):
    assert check_address(BERLIN | {"postal_code": typed}).postal_code == "10119"


def test_sign_of_another_country_is_no_postcode():
    assert "postal_code" in problems(BERLIN | {"postal_code": "A-10119"})


def test_irish_address_needs_no_eircode():
    assert check_address(DUBLIN).formatted() == ["Ada", "1 Main Street", "Dublin", "Ireland"]


def test_hong_kong_needs_no_postcode():
    made = check_address({"country": "HK", "name": "李", "line1": "1 Queen's Road", "region": "香港島"})

    assert made.postal_code == ""
    assert made.region == "Hong Kong Island"


def test_region_is_kept_as_its_key():
    kyoto = {"country": "JP", "name": "山田", "line1": "御池通1", "region": "Kyoto", "postal_code": "6040925"}

    assert check_address(kyoto).formatted() == ["〒604-0925", "京都府", "御池通1", "山田", "Japan"]


def test_postcode_must_fit_the_state():
    texan = {
        "country": "US",
        "name": "Ada",
        "line1": "1 Main",
        "city": "Austin",
        "region": "TX",
        "postal_code": "78701",
    }

    assert check_address(texan).formatted() == ["Ada", "1 Main", "Austin, TX 78701", "United States"]
    assert problems(texan | {"postal_code": "95014"}) == {
        "postal_code": "There is no such ZIP code in that country, or not at that place. One there looks like 75000."
    }


def test_every_mistake_is_told_at_once():
    assert set(problems({"country": "DE", "phone": "12"})) == {"name", "line1", "postal_code", "city", "phone"}
    assert set(problems({"country": "XX"})) == {"country"}
    assert set(problems(BERLIN | {"name": "x" * 101})) == {"name"}


def test_a_whole_form_of_accents_is_refused():
    """To put them in order takes a time that grows with the square: of all of them, it would not come to an end."""
    accents = "A" + "\u0315\u0300\u05ae\u0327" * 100_000

    assert "name" in problems(BERLIN | {"name": accents})
    with pytest.raises(Invalid):
        check_email(f"{accents}@example.com")


def test_places_of_any_length_leave_little_in_memory():
    tracemalloc.start()
    for number in range(20):
        address_fields("DE", region=f"{number}" * 100_000, city=f"{number}" * 100_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000


@pytest.mark.parametrize(
    "name", ["O’Brien-Ñandú 🎉", "علي", "שרה", "X", "<script>alert(1)</script>", "{{7*7}}", "&lt;"]
)
def test_names_are_kept_as_they_are(name):
    assert check_address(BERLIN | {"name": f"  {name} "}).name == name


def test_what_no_keyboard_types_is_dropped():
    made = check_address(BERLIN | {"name": "A\x00da\nBy\tron", "line1": "Torstraße\r\n1", "line2": "\u2028"})

    assert made.name == "A da By ron"
    assert made.lines == ("Torstraße 1",)


def test_fields_that_a_country_does_not_have_are_left_out():
    assert check_address(BERLIN | {"region": "Bayern", "sorting_code": "CEDEX"}) == check_address(BERLIN)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada+shop@Example.COM ", "Ada+shop@example.com"),
        ("ada@bücher.example", "ada@bücher.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
    ],
)
def test_email_has_one_spelling(typed, kept):
    assert check_email(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@", "ada@example", "ada@exa mple.com", "ada@example.com\nBcc: eve@x.io"]
)
def test_email_that_cannot_be_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        check_email(typed)

    assert set(refused.value.fields) == {"email"}


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("+44 (0)20 7946 0018", "GB", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("030 1234567", "DE", "+49301234567"),
        ("+44 20 7946 0018", "DE", "+442079460018"),
        ("", "DE", ""),
    ],
)
def test_phone_is_kept_in_e164(typed, country, kept):
    assert check_phone(typed, country) == kept


@pytest.mark.parametrize("typed", ["12", "call me", "+999 123", "0" * 40])
def test_phone_that_cannot_be_called_is_refused(typed):
    with pytest.raises(Invalid, match="cannot be called"):
        check_phone(typed, "DE")


def test_address_survives_being_stored():
    made = check_address(BERLIN | {"line2": "3. Stock", "phone": "030 1234567"})

    assert asdict(made)["lines"] == ("Torstraße 1", "3. Stock")
    assert made.phone == "+49301234567"
