"""Home, collections, products, search, pictures."""

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app import assets, config
from app.blueprints._access import staff_only
from app.blueprints._cache import kept
from app.blueprints._limits import limiter, network
from app.blueprints._pages import page, show_error, wants_part
from app.blueprints.catalog import about, lists
from app.blueprints.catalog.choosing import choose
from app.errors import NotFound
from app.services import catalog, checkout, images, pages, search, shipping

bp = Blueprint("catalog", __name__)

_LISTS = {"catalog.products", "catalog.collection", "catalog.find"}
_IN_NAV = 4
_SHELVES_SUGGESTED = 2
_REMEMBERED = 4  # cards of what was viewed before
# Of what the door has not kept: nobody reads so many lists, and each new one is work for the database that orders need.
_listing = limiter.shared_limit("600/minute", scope="lists", key_func=network)
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@bp.get("/")
@kept()
def home() -> Response:
    """Show the shop's window: the sections that staff arranged."""
    front = next((shelf for shelf in pages.shelves(g.page_state) if shelf.slug == catalog.HOME), None)
    return _show_home(catalog.sections_of(front), lists.listed_shelves(), at=g.page_state)


@bp.get("/preview")
@staff_only("catalog.read")
def preview() -> Response:
    """Show staff the draft of the home page as customers would see it."""
    response = _show_home(catalog.get_home().draft, [shelf for shelf in catalog.collections() if shelf.is_listed])
    response.headers["Cache-Control"] = "no-store"
    return response


def _show_home(
    sections: Sequence[catalog.Section], shelves: Sequence[catalog.Collection], *, at: catalog.State | None = None
) -> Response:
    """Show a home page made of `sections`; `shelves` are those that a section of collections may show."""
    first = next((section for section in sections if section.kind == "hero"), None)
    return page(
        "catalog/home.html",
        sections=sections,
        shelves=shelves,
        cards=search.windows(sections, at=at),
        about=about.home(
            config.current(),
            description=first.title if first else "",
            picture=first.picture if first else None,
            logo=assets.url("img/icon.svg"),
        ),
    )


@bp.get("/collections")
@kept()
def collections() -> Response:
    """Show every collection."""
    told = about.shelf(config.current(), "/collections", "Collections")
    return page("catalog/collections.html", shelves=lists.listed_shelves(), about=told)


@bp.get("/collections/<slug>")
@_listing
@kept(*lists.PARAMETERS)
def collection(slug: str) -> Response:
    """Show the products of a collection."""
    shelf = next((shelf for shelf in lists.listed_shelves() if shelf.slug == slug), None)
    if shelf is None:
        raise catalog.lost_collection(slug)
    state = lists.read(shelf.url)
    listing = search.list_products(
        collection_id=shelf.id,
        sort=state.sort or shelf.sort,
        page=state.page,
        filters=lists.by_id(state),
        has_facets=True,
        at=g.page_state,
    )
    return lists.show(
        listing,
        state,
        title=shelf.title,
        lead=shelf.description,
        arranged="" if shelf.sort else "Featured",
        picture=shelf.cover,
    )


@bp.get("/products")
@_listing
@kept(*lists.PARAMETERS)
def products() -> Response:
    """Show all products."""
    state = lists.read("/products")
    listing = search.list_products(
        sort=state.sort, page=state.page, filters=lists.by_id(state), has_facets=True, at=g.page_state
    )
    return lists.show(listing, state, title="Everything", lead="", arranged="")


@bp.get("/products/<slug>")
@kept("v", "o1", "o2", "o3", "o4", "o5", "o6")
def product(slug: str) -> Response:
    """Show a product, with the variant that the address names."""
    shown = catalog.get(slug, at=g.page_state.catalog)
    beside = search.beside(shown, at=g.page_state)
    choice = choose(shown, beside.available, request.args)
    return page(
        "catalog/product.html",
        part="catalog/_product.html",
        product=shown,
        choice=choice,
        due=beside.due.get(choice.variant.id) if choice.variant else None,
        related=beside.cards,
        delivery=_delivery(choice.variant),
        about=about.product(config.current(), shown, beside),
    )


@bp.get("/recently-viewed")
def recently_viewed() -> Response:
    """Show the cards of products that the asking browser remembers; the shop notes nothing of it."""
    if not wants_part():
        raise NotFound
    asked = request.args.get("ids", "").split(",")[:_REMEMBERED]
    ids = [each for each in asked if _ID.fullmatch(each)]
    return page("catalog/_recently_viewed.html", cards=search.recall(ids, at=pages.state()))


@bp.get("/search")
@_listing
@kept("q", *lists.PARAMETERS)
def find() -> Response:
    """Search: a code first, then words, then what is spelled alike."""
    state = lists.read("/search")
    listing = search.find(state.query, sort=state.sort, page=state.page, filters=lists.by_id(state), at=g.page_state)
    return lists.show(listing, state, title="Search", lead="", arranged="Best match", template="catalog/search.html")


@bp.get("/search/suggestions")
@_listing
@kept("q")
def suggest() -> Response:
    """Suggest a few products and collections for what has been typed so far."""
    asked = request.args.get("q", "").strip()[: search.LONGEST_QUERY]
    named = [shelf for shelf in lists.listed_shelves() if len(asked) > 1 and asked.lower() in shelf.title.lower()]
    cards = search.suggest(asked, at=g.page_state)
    return page("catalog/_suggestions.html", query=asked, cards=cards, shelves=named[:_SHELVES_SUGGESTED])


@bp.get("/media/<key>/<name>")
def media(key: str, name: str) -> Response:
    """Send a picture. Its address never answers anything else, so browsers keep it for good."""
    file = images.open_file(key, name)
    response = Response(file.chunks, mimetype=file.type)
    response.content_length = file.length
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.errorhandler(catalog.Moved)
def lead_on(moved: catalog.Moved) -> BaseResponse:
    """Lead an old address to the one it has now, with the choice that it named."""
    query = request.query_string.decode()
    return redirect(f"{moved.url}?{query}" if query else moved.url, 301)


@bp.errorhandler(catalog.Gone)
def say_gone(gone: catalog.Gone) -> Response:
    """Say that it does not come back, so that search engines forget the address."""
    return show_error(gone, status=410)


@bp.after_request
def speculate(response: Response) -> Response:
    """Let browsers fetch the catalogue's next pages ahead. Reading them changes nothing."""
    if response.mimetype == "text/html":
        response.headers["Speculation-Rules"] = f'"{assets.url("speculation.json")}"'
    return response


@bp.after_request
def name_list(response: Response) -> Response:
    """Say under which address the browser is to know a list that htmx swaps in."""
    if wants_part() and request.endpoint in _LISTS and response.status_code == 200:
        response.headers["HX-Push-Url"] = lists.address()
    return response


@bp.app_context_processor
def offer_shelves() -> dict[str, Any]:
    """Give the frames that show them the first few collections; the checkout's frame never asks."""
    return {"nav_collections": _list_shelves, "nav_current": request.path}


def _delivery(variant: catalog.Variant | None) -> tuple[str, shipping.DeliveryOption] | None:
    """Return the name of the shop's own country and the cheapest way to send one piece there."""
    if variant is None or variant.price is None or not variant.requires_shipping:
        return None
    home = config.current().country
    ways = shipping.options(home, variant.weight_grams, variant.price)
    return (dict(checkout.countries())[home], ways[0]) if ways else None


def _list_shelves() -> list[dict[str, str]]:
    listed = lists.listed_shelves()
    links = [{"name": shelf.title, "url": shelf.url} for shelf in listed[:_IN_NAV]]
    more = [{"name": "All collections", "url": "/collections"}] if len(listed) > _IN_NAV else []
    return [*links, *more]
