"""The home page: sections that staff arrange as a draft, and what customers see of them once it is published.

The one rule: draft and published sections stand in one document, so that to publish is one write.
"""

from collections.abc import Callable
from dataclasses import asdict, replace

from app import db
from app.errors import Conflict, Invalid, NotFound, all_of
from app.services import audit
from app.services.catalog.documents import HOME, Collection, Section
from app.services.catalog.reading import find_by_slug, find_collection_by_slug, find_product_ids
from app.services.catalog.shopify import clean_html
from app.services.catalog.writing import save_collection
from app.services.images import Media

SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "hero": ("Opening", ("title", "text", "shown_of", "link_label", "link_url")),
    "products": ("Products", ("title", "collection_ids", "product_ids", "link_label", "link_url")),
    "collections": ("Collections", ("title", "collection_ids")),
    "story": ("Story", ("title", "text", "shown_of", "link_label", "link_url")),
}
_MOST = 20
_OLD = "Somebody else changed this page meanwhile. This is how it is now; make your change again if needed."
_NONE = "There is no such section any more. Reload the page to see those that there are."


def get_home() -> Collection:
    """Return the home page as staff work on it; a new one where none was saved. Its draft is never empty at first."""
    found = find_collection_by_slug(HOME)
    home = found or Collection(id=db.new_id(), slug=HOME, title="Home", is_listed=False)
    return home if home.draft else replace(home, draft=sections_of(found))


def sections_of(home: Collection | None) -> tuple[Section, ...]:
    """Return the sections that customers see; of a home page never arranged, those its own words and products make."""
    if home is None:
        return (Section(id="products", kind="products", title="New in the shop"), _ALL_COLLECTIONS)
    if home.sections:
        return home.sections
    opening = Section(id="opening", kind="hero", title=home.description or home.title, picture=home.cover)
    opening = replace(opening, link_label="See everything", link_url="/products")
    products = Section(id="products", kind="products", title="New in the shop", collection_ids=(home.id,))
    return (opening, products, _ALL_COLLECTIONS)


def add_section(actor: str, kind: str, *, version: int) -> Section:
    """Put an empty section of a kind at the end of the draft."""
    if kind not in SECTIONS:
        raise Invalid("There is no such kind of section. Choose one from the list.")
    section = Section(id=db.new_id(), kind=kind, title=SECTIONS[kind][0])

    def change(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        if len(sections) >= _MOST:
            raise Invalid(f"A home page of more than {_MOST} sections is not read. Remove one first.")
        return (*sections, section)

    _change(actor, "home.add_section", change, version)
    return section


def read_section(section: Section, *, picked: str) -> Section:
    """Return a section as a form would have it: its text sanitised, its picture and products found by what names them.

    Nothing is saved. One Invalid says all that is wrong.
    """
    _, _, picture, products = all_of(
        lambda: _check_title(section),
        lambda: _check_link(section),
        lambda: find_picture(section.shown_of) if section.shown_of else None,
        lambda: find_product_ids(picked),
    )
    return replace(section, text=clean_html(section.text), picture=picture, product_ids=tuple(products))


def edit_section(actor: str, section: Section, *, version: int) -> None:
    """Write one section of the draft, as read_section() gave it."""

    def change(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        _find(sections, section.id)
        return tuple(section if each.id == section.id else each for each in sections)

    _change(actor, "home.edit_section", change, version)


def move_section(actor: str, section_id: str, by: int, *, version: int) -> None:
    """Move a section of the draft `by` places down, or up when negative; at an end it stays."""

    def change(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        section = _find(sections, section_id)
        others = [each for each in sections if each.id != section_id]
        others.insert(max(0, sections.index(section) + by), section)
        return tuple(others)

    _change(actor, "home.move_section", change, version)


def remove_section(actor: str, section_id: str, *, version: int) -> None:
    """Take a section out of the draft."""

    def change(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        _find(sections, section_id)
        if len(sections) == 1:
            raise Invalid("This is the last section. Add another before you remove it.")
        return tuple(each for each in sections if each.id != section_id)

    _change(actor, "home.remove_section", change, version)


def publish_home(actor: str, *, version: int) -> None:
    """Show the draft to customers."""
    home = _read(version)
    facts = {"before": _facts(home.sections), "after": _facts(home.draft)}
    with audit.outside(actor, "home.publish", f"collection:{home.id}", **facts):
        save_collection(replace(home, sections=home.draft))


def find_picture(named: str) -> Media:
    """Return the picture that staff named by a product's address, and which of its pictures it is: `blue-hour 2`.

    Raises Invalid when there is none such. A collection's address names its cover.
    """
    slug, _, place = named.strip().strip("/").removeprefix("products/").removeprefix("collections/").partition(" ")
    product, number = find_by_slug(slug), int(place) if place.strip().isdecimal() else 1
    if product and 1 <= number <= len(product.media):
        return product.media[number - 1]
    collection = find_collection_by_slug(slug)
    if collection and collection.cover:
        return collection.cover
    raise Invalid("There is no such picture.", shown_of=f"No product or collection at “{slug[:60]}” has that picture.")


def _change(actor: str, act: str, change: Callable[[tuple[Section, ...]], tuple[Section, ...]], version: int) -> None:
    home = _read(version)
    draft = change(home.draft)
    with audit.outside(actor, act, f"collection:{home.id}", before=_facts(home.draft), after=_facts(draft)):
        save_collection(replace(home, draft=draft))


def _read(version: int) -> Collection:
    """Return the home page, or raise Conflict when it is no longer as it was read; the write looks again."""
    home = get_home()
    if home.revision != version:
        raise Conflict(_OLD)
    return home


def _find(sections: tuple[Section, ...], section_id: str) -> Section:
    found = next((each for each in sections if each.id == section_id), None)
    if found is None:
        raise NotFound(_NONE)
    return found


def _facts(sections: tuple[Section, ...]) -> dict[str, object]:
    return {"sections": [asdict(section) for section in sections]}


def _check_title(section: Section) -> None:
    if not section.title.strip():
        raise Invalid("A section needs a title.", title="Write a title.")


def _check_link(section: Section) -> None:
    if section.link_url and not _is_link(section.link_url):
        raise Invalid("The link leads nowhere.", link_url="Write a path of this shop, as in /collections/new.")
    if bool(section.link_url) != bool(section.link_label):
        raise Invalid("A link needs its words and its address.", link_label="Write both, or neither.")


def _is_link(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//") and "\\" not in address


_ALL_COLLECTIONS = Section(id="collections", kind="collections", title="Collections")
