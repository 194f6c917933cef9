"""Home, collections, products, search, pictures."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app import assets, config
from app.blueprints._cache import kept
from app.blueprints._pages import page, show_error
from app.blueprints.catalog import about
from app.blueprints.catalog.choosing import choose
from app.errors import NotFound
from app.services import catalog, images, pages, search

bp = Blueprint("catalog", __name__)

_IN_NAV = 4
_ON_HOME = 8
_SORT_NAMES = {"newest": "Newest", "price": "Price, low to high", "-price": "Price, high to low", "title": "Title"}


@bp.get("/")
@kept()
def home() -> Response:
    """Show the shop's window: its picture and words, its collections, a shelf of products."""
    front = next((shelf for shelf in pages.shelves(g.page_state) if shelf.slug == catalog.HOME), None)
    listing = search.list_products(collection_id=front.id if front else None, size=_ON_HOME)
    return page(
        "catalog/home.html",
        front=front,
        shelves=_listed(),
        listing=listing,
        about=about.home(
            config.current(),
            description=front.description if front else "",
            picture=front.cover if front else None,
            logo=assets.url("img/icon.svg"),
        ),
    )


@bp.get("/collections")
@kept()
def collections() -> Response:
    """Show every collection."""
    told = about.shelf(config.current(), "/collections", "Collections")
    return page("catalog/collections.html", shelves=_listed(), about=told)


@bp.get("/collections/<slug>")
@kept("sort", "page")
def collection(slug: str) -> Response:
    """Show the products of a collection."""
    shelf = next((shelf for shelf in pages.shelves(g.page_state) if shelf.slug == slug and shelf.is_listed), None)
    if shelf is None:
        raise catalog.lost_collection(slug)
    listing = search.list_products(collection_id=shelf.id, sort=_sort(), page=_page_number())
    return _show_listing(
        listing,
        "",
        title=shelf.title,
        lead=shelf.description,
        url=shelf.url,
        arranged="As arranged",
        picture=shelf.cover,
    )


@bp.get("/products")
@kept("sort", "page")
def products() -> Response:
    """Show all products."""
    listing = search.list_products(sort=_sort(), page=_page_number())
    return _show_listing(listing, "", title="Everything", lead="", url="/products", arranged="")


@bp.get("/products/<slug>")
@kept("v", "o1", "o2", "o3", "o4", "o5", "o6")
def product(slug: str) -> Response:
    """Show a product, with the variant that the address names."""
    shown = catalog.get(slug)
    beside = search.beside(shown)
    choice = choose(shown, beside.available, request.args)
    return page(
        "catalog/product.html",
        part="catalog/_choice.html",
        product=shown,
        choice=choice,
        media=shown.media_from(choice.variant),
        related=beside.cards,
        about=about.product(config.current(), shown, beside.available),
    )


@bp.get("/search")
def find() -> Response:
    """Search: a code first, then words, then what is spelled alike."""
    asked = request.args.get("q", "").strip()[: search.LONGEST_QUERY]
    listing = search.find(asked, sort=_sort(), page=_page_number())
    return _show_listing(
        listing, asked, title="Search", lead="", url="/search", arranged="Best match", template="catalog/search.html"
    )


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


@bp.app_context_processor
def offer_shelves() -> dict[str, Any]:
    """Give the frames that show them the first few collections; the checkout's frame never asks."""
    return {"nav_collections": _list_shelves, "nav_current": request.path}


def _list_shelves() -> list[dict[str, str]]:
    listed = [shelf for shelf in pages.shelves(g.get("page_state")) if shelf.is_listed]
    links = [{"name": shelf.title, "url": shelf.url} for shelf in listed[:_IN_NAV]]
    more = [{"name": "All collections", "url": "/collections"}] if len(listed) > _IN_NAV else []
    return [*links, *more]


def _show_listing(
    listing: search.Listing,
    asked: str,
    *,
    url: str,
    arranged: str,
    template: str = "catalog/list.html",
    picture: catalog.Media | None = None,
    **words: Any,
) -> Response:
    """Show a page of a list; the whole state of it is in its address. Its one address for others has no order."""
    path = f"{url}?page={listing.number}" if listing.number > 1 else url
    sorts = [("", arranged)] if arranged else []
    sorts += [(sort, _SORT_NAMES[sort]) for sort in search.SORTS]
    return page(
        template,
        part="catalog/_list.html",
        listing=listing,
        query=asked,
        sorts=sorts,
        url=url,
        link=_linker(url, asked, listing.sort),
        about=about.shelf(config.current(), path, words["title"], description=words["lead"], picture=picture),
        **words,
    )


def _linker(url: str, asked: str, sort: str) -> Callable[[int], str]:
    def link(number: int) -> str:
        state = {"q": asked, "sort": sort, "page": str(number) if number > 1 else ""}
        query = urlencode({name: value for name, value in state.items() if value})
        return f"{url}?{query}" if query else url

    return link


def _listed() -> list[catalog.Collection]:
    return [shelf for shelf in pages.shelves(g.page_state) if shelf.is_listed]


def _sort() -> str:
    sort = request.args.get("sort", "")
    return sort if sort in search.SORTS else ""


def _page_number() -> int:
    """Return the page asked for, or raise NotFound when that is no page number."""
    number = request.args.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 7 and int(number)):
        raise NotFound("There is no such page of this list. Start again from the first.")
    return int(number)
