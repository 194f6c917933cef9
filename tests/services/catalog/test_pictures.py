"""The better formats of pictures: made once, and noted wherever a picture is shown."""

from flask import Flask

from app import db
from app.services import catalog, images
from tests import make
from tests.pictures import picture_bytes
from tests.working import work


def formats_shown() -> set[tuple[str, ...]]:
    """Return the formats of the pictures of all collections, as pages read them."""
    pictures = [
        picture
        for shelf in catalog.list_collections_as_staff()
        for picture in (shelf.cover, *(section.picture for section in (*shelf.sections, *shelf.draft)))
    ]
    assert len(pictures) == 4
    return {picture.formats for picture in pictures if picture is not None}


def test_formats_are_noted_in_covers_and_in_every_section_of_the_home_page(app: Flask) -> None:
    images.make_bucket()
    one, other = images.add(picture_bytes(400, 500)), images.add(picture_bytes(500, 400))
    hero = catalog.Section(id=db.new_id(), kind="hero", picture=one)
    story = catalog.Section(id=db.new_id(), kind="story", picture=other)
    catalog.save_collection(
        catalog.Collection(
            id=db.new_id(), slug="drift", title="Drift", cover=one, sections=(hero, story), draft=(story,)
        )
    )
    assert formats_shown() == {()}

    catalog.queue_unfinished()
    done = work("pictures.")

    assert len(done) == 2
    assert formats_shown() == {("webp", "avif")}
    catalog.queue_unfinished()
    assert work("pictures.") == []


def test_formats_are_noted_also_in_a_product_that_shows_a_finished_picture_later_that_day(app: Flask) -> None:
    images.make_bucket()
    content = picture_bytes(400, 500)
    shown = []
    for title in ("Slack Tide", "Dune"):
        media = images.add(content)
        shown.append(make.product(title, media=(media,)).id)
        catalog.queue_pictures([media.key])
        work("pictures.")

    assert {each.media[0].formats for each in catalog.find_products(shown)} == {("webp", "avif")}
