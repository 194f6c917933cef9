"""The demo shop in the stores: loaded once, and gone on with wherever it was stopped."""

import pytest
from PIL import Image

from app.demo import demo_shop, load
from app.services import catalog, images, inventory, search


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    """The folder of pictures, each plain and small; rendered in this process, which has the patience for so few."""
    shop = demo_shop()
    few = shop.products[:3]
    small = type(shop)(
        name=shop.name,
        tagline=shop.tagline,
        currency=shop.currency,
        hero=shop.hero,
        collections=tuple(
            type(each)(each.handle, each.title, each.description, tuple(product.handle for product in few), shop.hero)
            for each in shop.collections[:1]
        ),
        products=few,
    )
    for number, picture in enumerate({shop.hero, *(picture for product in few for picture in product.pictures)}):
        Image.new("RGB", (40, 50), (number, 90, 90)).save(tmp_path / picture.file)
    monkeypatch.setattr(load, "demo_shop", lambda: small)
    return tmp_path


def stock():
    shown = [catalog.get(product.handle) for product in demo_shop().products[:3]]
    return {each: level.on_hand for product in shown for each, level in inventory.levels(_ids(product)).items()}


def _ids(product):
    return [variant.id for variant in product.variants]


def test_load_fills_the_shop_and_again_changes_nothing(folder):
    load.load(folder, lambda *_: None)
    before = stock()

    load.load(folder, lambda *_: None)

    assert search.list_products().total == 3
    assert [group.words[0] for group in search.list_synonyms()] == ["gift card", "poster"]
    assert stock() == before
    assert sum(before.values()) == sum(v.stock for p in demo_shop().products[:3] for v in p.variants)


def test_load_goes_on_after_it_was_killed(folder, monkeypatch):
    class Killed(BaseException):
        pass

    def be_killed(what, done, _total):
        if what == "Stocking the shelves" and done == 2:
            raise Killed

    with pytest.raises(Killed):
        load.load(folder, be_killed)
    keep, kept = images.keep, []
    monkeypatch.setattr(images, "keep", lambda rendered: kept.append(rendered) or keep(rendered))

    load.load(folder, lambda *_: None)

    assert kept == []
    assert search.list_products().total == 3
    assert len(search.list_products(collection_id=catalog.find_collection_by_slug(catalog.HOME).id).cards) == 3
