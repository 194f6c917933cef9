"""What pages say of themselves to search engines: canonical addresses, Open Graph, and facts that Google requires."""

import json
from dataclasses import replace

import pytest
from lxml import html

from app.money import Money
from app.services import catalog, search
from tests import make

MEDIA = (catalog.Media(key="0123456789abcdef0123", width=1400, height=1750, alt="Three ridges"),)

# By type, the properties that Google requires, and those it recommends that we hold to
# (developers.google.com/search/docs/appearance/structured-data: merchant-listing, product-variants, breadcrumb,
# organization, site-names, return-policy).
REQUIRED = {
    "Product": {"name", "image", "offers"},
    "ProductGroup": {"name", "hasVariant", "productGroupID", "url", "description", "brand"},
    "Offer": {"price", "priceCurrency", "availability", "url", "itemCondition", "shippingDetails"},
    "AggregateOffer": {"lowPrice", "priceCurrency", "offerCount", "highPrice"},
    "UnitPriceSpecification": {"price", "priceCurrency", "priceType"},
    "OfferShippingDetails": {"shippingRate", "shippingDestination", "deliveryTime"},
    "MonetaryAmount": {"value", "currency"},
    "DefinedRegion": {"addressCountry"},
    "ShippingDeliveryTime": {"handlingTime", "transitTime"},
    "QuantitativeValue": {"minValue", "maxValue", "unitCode"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "OnlineStore": {"name", "url", "logo", "address", "hasMerchantReturnPolicy"},
    "PostalAddress": {"streetAddress", "addressLocality", "addressCountry", "postalCode"},
    "MerchantReturnPolicy": {"applicableCountry", "returnPolicyCategory", "merchantReturnDays", "returnFees"},
    "WebSite": {"name", "url"},
    "Brand": {"name"},
}

# The same types where a price is compared by measure: one amount instead of a range, and no kind of price.
MEASURED = {
    "UnitPriceSpecification": {"price", "priceCurrency", "referenceQuantity"},
    "QuantitativeValue": {"value", "unitCode"},
}


def facts_of(answer):
    """The page's JSON-LD by its type."""
    scripts = html.fromstring(answer.text).xpath('//script[@type="application/ld+json"]/text()')
    found = [json.loads(text) for text in scripts]
    assert all(each["@context"] == "https://schema.org" for each in found)
    return {each["@type"]: each for each in found}


def lacks(thing, path=""):
    """What a fact, or one inside it, should say and does not."""
    if isinstance(thing, list):
        return [lack for each in thing for lack in lacks(each, path)]
    if not isinstance(thing, dict):
        return []
    kind = thing["@type"]
    is_measured = kind in MEASURED and bool({"referenceQuantity", "value"} & thing.keys())
    required = MEASURED[kind] if is_measured else REQUIRED[kind]
    own = [f"{path}{kind}.{name}" for name in sorted(required) if thing.get(name) in (None, "", [])]
    return own + [lack for name, value in thing.items() for lack in lacks(value, f"{path}{kind}.{name} ")]


def head(answer, name):
    [found] = html.fromstring(answer.text).xpath(f'//head/*[@property="{name}" or @name="{name}"]/@content')
    return found


@pytest.fixture
def origin(app):
    return app.extensions["config"].origin


def test_product_states_what_google_requires(client, origin):
    product = make.product("Slack Tide", slug="slack-tide", media=MEDIA, sku="SLK-1", description="<p>Ebb.</p>")

    answer = client.get("/products/slack-tide")

    facts = facts_of(answer)
    assert [lack for each in facts.values() for lack in lacks(each)] == []
    offer = facts["Product"]["offers"]
    assert (offer["price"], offer["priceCurrency"]) == ("29.00", "EUR")
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["url"] == f"{origin}{product.url}"
    assert facts["Product"]["image"] == [f"{origin}{MEDIA[0].large_url}"]
    assert facts["Product"]["sku"] == "SLK-1"
    assert [step["name"] for step in facts["BreadcrumbList"]["itemListElement"]] == ["Home", "Everything", "Slack Tide"]


def test_variants_state_their_own_offer(client, origin):
    product = make.product("Slack Tide", slug="tide", media=MEDIA, options={"Size": ("A4", "A3")}, stock=0)

    group = facts_of(client.get("/products/tide"))["ProductGroup"]

    assert lacks(group) == []
    assert group["variesBy"] == ["https://schema.org/size"]
    assert [each["size"] for each in group["hasVariant"]] == ["A4", "A3"]
    urls = [each["offers"]["url"] for each in group["hasVariant"]]
    assert urls == [f"{origin}/products/tide?v={variant.id}" for variant in product.variants]
    assert {each["offers"]["availability"] for each in group["hasVariant"]} == {"https://schema.org/OutOfStock"}
    assert client.get(urls[1].removeprefix(origin)).status_code == 200


def test_product_of_very_many_variants_states_their_range(client):
    make.product("Many", slug="many", media=MEDIA, stock=0, options={n: tuple("0123456789") for n in ("A", "B", "C")})

    answer = client.get("/products/many")

    offers = facts_of(answer)["Product"]["offers"]
    assert lacks(offers) == []
    assert (offers["@type"], offers["offerCount"]) == ("AggregateOffer", 1000)


def test_reduced_product_states_both_prices(client):
    product = make.product(slug="tide", media=MEDIA, price=3900)
    variant = replace(product.variants[0], price=Money(2900, "EUR"), compare_at=Money(3900, "EUR"))
    catalog.save_product(replace(product, variants=(variant,)))

    offer = facts_of(client.get("/products/tide"))["Product"]["offers"]

    assert lacks(offer) == []
    [before] = offer["priceSpecification"]
    assert (offer["price"], before["price"]) == ("29.00", "39.00")
    assert before["priceType"] == "https://schema.org/StrikethroughPrice"


def test_product_sold_by_measure_states_what_its_price_is_compared_by(client):
    product = make.product(slug="glue", media=MEDIA, price=950)
    variant = replace(product.variants[0], measure=catalog.read_measure("250 g", "100 g"))
    catalog.save_product(replace(product, variants=(variant,)))

    offer = facts_of(client.get("/products/glue"))["Product"]["offers"]

    assert lacks(offer) == []
    [compared] = offer["priceSpecification"]
    quantity = compared["referenceQuantity"]
    reference = quantity["valueReference"]
    assert (compared["price"], quantity["value"], quantity["unitCode"]) == ("9.50", "250", "GRM")
    assert (reference["value"], reference["unitCode"]) == ("100", "GRM")


@pytest.mark.parametrize("price", [None, 2900])
def test_product_without_anything_is_described_all_the_same(client, price):
    make.product("Bare", slug="bare", price=price, stock=0)

    facts = facts_of(client.get("/products/bare"))

    assert facts["Product"]["name"] == "Bare"
    assert ("offers" in facts["Product"]) == (price is not None)


def test_words_cannot_end_the_script(client):
    make.product("</script><script>alert(1)</script>", slug="bad", description="<p>A &lt;b&gt; &amp; c</p>")

    answer = client.get("/products/bad")

    assert "<script>alert" not in answer.text
    assert facts_of(answer)["Product"]["name"] == "</script><script>alert(1)</script>"
    assert head(answer, "og:description") == "A <b> & c"


def test_home_states_who_runs_the_shop(client, origin):
    answer = client.get("/")

    facts = facts_of(answer)
    assert [lack for each in facts.values() for lack in lacks(each)] == []
    assert facts["WebSite"]["url"] == f"{origin}/"
    assert client.get(facts["OnlineStore"]["logo"].removeprefix(origin)).mimetype == "image/svg+xml"
    assert "withdrawal" in client.get("/terms").text
    assert "fourteen days" in client.get("/terms").text  # what the return policy says


def test_page_has_one_canonical_address(client, origin):
    shelf = catalog.Collection(id="c-1", slug="drift", title="Drift", description="All that drifts.")
    products = [make.product(f"Print {n:02}", slug=f"print-{n}") for n in range(search.PAGE_SIZE + 1)]
    catalog.save_collection(replace(shelf, product_ids=tuple(each.id for each in products), cover=MEDIA[0]))
    search.index_stale()

    def canonical(address):
        [found] = html.fromstring(client.get(address).text).xpath('//link[@rel="canonical"]/@href')
        return found.removeprefix(origin)

    assert canonical("/?utm_source=x") == "/"
    assert canonical("/collections") == "/collections"
    assert canonical("/collections/drift?sort=price") == "/collections/drift"
    assert canonical("/collections/drift?page=2&sort=price") == "/collections/drift?page=2"
    assert canonical("/products/print-1?v=x&fbclid=1") == "/products/print-1"
    assert head(client.get("/collections/drift"), "og:image") == f"{origin}{MEDIA[0].large_url}"
    assert lacks(facts_of(client.get("/collections/drift"))["BreadcrumbList"]) == []
