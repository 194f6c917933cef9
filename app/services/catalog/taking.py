"""Takes products of a file into the shop: matched by their handles, their variants by their values."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app import clock, config, db, stores
from app.errors import Conflict, ShopError
from app.services import images
from app.services.catalog.documents import Option, Product, Variant
from app.services.catalog.drafts import Draft, DraftVariant, Problem
from app.services.catalog.gift_cards import as_goods, end_runs
from app.services.catalog.models import ImportRun
from app.services.catalog.reading import find_by_any_slugs
from app.services.catalog.writing import add_products, save_product
from app.services.images import Media

_SECONDS_TOGETHER = 1.0  # then what was read is written, before others change much of it
_SECONDS_FOR_PICTURES = 60.0  # of one product; the job's lease must outlast it
_OTHER_OPTIONS = (
    "It has more or fewer options than before, so the variants of the file are new ones. The old ones and their stock "
    "are no longer for sale; please check the stock of the new ones."
)


@dataclass
class Taken:
    """A draft, the product `before` it if there was one, and the `product` that came of it; none when it failed."""

    draft: Draft
    before: Product | None
    product: Product | None

    @property
    def outcome(self) -> str:
        """What came of it: changed, unchanged or failed."""
        if self.product is None:
            return "failed"
        return "unchanged" if self.product == self.before else "changed"

    def refuse(self, reason: str) -> None:
        """Note that it could not be written."""
        self.product = None
        problem = f"{reason} Import the file again to take it."
        self.draft.problems.append(Problem(self.draft.row, self.draft.slug, problem))


class Work:
    """One job's work on a run: what it found on the way."""

    def __init__(self, run: ImportRun) -> None:
        self._folder = f"imports/{run.id}/images/"
        pages = stores.s3().get_paginator("list_objects_v2").paginate(Bucket=stores.bucket(), Prefix=self._folder)
        self._sent = {row["Key"].removeprefix(self._folder) for page in pages for row in page.get("Contents", [])}
        self._silent: set[str] = set()  # servers that did not answer; they are not asked again
        self.new_pictures: set[str] = set()

    def take(self, drafts: Sequence[Draft]) -> list[Taken]:
        """Bring the shop to what the first of these drafts say, as many as a second is enough for; return those.

        What they say of the stock is left to whoever notes that they were taken.
        """
        began, taken = time.monotonic(), list[Taken]()
        known = find_by_any_slugs([draft.slug for draft in drafts])
        for draft in drafts:
            before = known.get(draft.slug)
            if before and any(each.before and each.before.id == before.id for each in taken):
                break  # it stands under an older address too: what came of that one is read first
            taken.append(Taken(draft, before, self._merge(draft, before) if draft.variants else None))
            if time.monotonic() - began > _SECONDS_TOGETHER:
                break
        _save([each for each in taken if each.outcome == "changed"])
        return taken

    def _merge(self, draft: Draft, before: Product | None) -> Product:
        """Put what the file says over what the shop has. What it does not say stays, and variants it does not name."""
        product = before or Product(
            id=db.new_id(), slug=draft.slug, title=draft.title, created_at=clock.now().replace(microsecond=0)
        )
        if product.is_gift_card and not draft.says.get("is_gift_card", True):
            product = as_goods(product)
        options = self._options(draft, product)
        media = self._pictures(draft, product)
        known = {variant.values: variant for variant in product.variants if len(variant.values) == len(options)}
        if draft.variants and len(known) < len(product.variants):
            draft.problems.append(Problem(draft.row, draft.slug, _OTHER_OPTIONS))
        named = [self._variant(variant, known.get(variant.values), media) for variant in draft.variants]
        others = [known[values] for values in known if values not in {variant.values for variant in named}]
        variants = (*named, *others)
        if draft.options is not None:
            options = tuple(
                Option(name, tuple(dict.fromkeys(variant.values[place] for variant in variants)))
                for place, name in enumerate(draft.options)
            )
        pictures = {picture.key: picture for picture in reversed(media.values())}
        own = [picture for picture in product.media if not (picture.source or picture.key in pictures)]
        return replace(
            product,
            **draft.says,
            title=draft.title,
            options=options,
            variants=variants,
            media=(*reversed(pictures.values()), *own) if pictures else product.media,
        )

    def _options(self, draft: Draft, product: Product) -> tuple[Option, ...]:
        """Return the options that the draft's variants answer: without columns for them those of the product.

        Its only variant is meant then; of several the file cannot say which, so it changes none.
        """
        if draft.options is not None:
            return tuple(Option(name, ()) for name in draft.options)
        if len(product.variants) > 1:
            names = " and ".join(option.name for option in product.options)
            draft.problems.append(
                Problem(draft.row, draft.slug, f"The file has no column for {names}, so no variant was changed.")
            )
            draft.variants.clear()
        elif product.variants:
            draft.variants = [replace(each, values=product.variants[0].values) for each in draft.variants]
        return product.options if product.variants else ()

    def _variant(self, draft: DraftVariant, before: Variant | None, media: dict[str, Media]) -> Variant:
        after = replace(before or Variant(id=db.new_id(), values=draft.values), **draft.says)
        if after.compare_at and not (after.price and after.price.amount < after.compare_at.amount):
            after = replace(after, compare_at=None)
        if draft.picture is None:
            return after
        picture = media.get(draft.picture)
        return replace(after, media_key=picture.key if picture else None)

    def _pictures(self, draft: Draft, before: Product) -> dict[str, Media]:
        """Return the product's pictures by their source; one that cannot be had is a problem of its row."""
        wanted = {picture.source: (picture.row, picture.alt) for picture in reversed(draft.pictures)}
        wanted = dict(reversed(wanted.items()))
        for variant in draft.variants:
            if variant.picture:
                wanted.setdefault(variant.picture, (variant.row, ""))
        deadline = time.monotonic() + _SECONDS_FOR_PICTURES
        media: dict[str, Media] = {}
        for source, (row, alt) in wanted.items():
            try:
                media[source] = self._picture(source, alt, draft.title, before, deadline)
            except ShopError as error:
                draft.problems.append(Problem(row, draft.slug, f"The picture {source[:200]} was left out. {error}"))
        return media

    def _picture(self, source: str, alt: str, title: str, before: Product, deadline: float) -> Media:
        content = self._find_sent(source)
        if content is None:
            known = next((picture for picture in before.media if picture.source == source), None)
            content = b"" if known else self._fetch(source, deadline)
        else:
            key = images.key_of(content)
            known = next((picture for picture in before.media if picture.key == key), None)
        if known:
            return replace(known, alt=alt or known.alt or title)
        added = images.add(content, alt or title)
        self.new_pictures.add(added.key)
        return replace(added, source=source)

    def _find_sent(self, source: str) -> bytes | None:
        """Return the picture that came with the file from a folder, if one did."""
        if name_of(source) not in self._sent:
            return None
        answer = stores.s3().get_object(Bucket=stores.bucket(), Key=f"{self._folder}{name_of(source)}")
        return answer["Body"].read()

    def _fetch(self, source: str, deadline: float) -> bytes:
        server = source.partition("//")[2].partition("/")[0]
        if server in self._silent:
            raise images.Unreachable("Its server cannot be reached.")
        if time.monotonic() > deadline:
            raise images.Unreachable("The pictures before it took too long; import the file again to fetch it.")
        try:
            return images.fetch(source, allows_private=not config.current().is_production, deadline=deadline)
        except images.Unreachable:
            self._silent.add(server)
            raise


def _save(changed: Sequence[Taken]) -> None:
    """Write what came of drafts, new products all at once; their search documents follow by the sweep."""
    new = {each.product.id: each for each in changed if each.product and not (each.before or each.product.is_gift_card)}
    for refused, reason in add_products([each.product for each in new.values() if each.product]).items():
        new[refused].refuse(reason)
    for each in changed:
        if each.product is None or each.product.id in new:
            continue
        if each.before and each.before.is_gift_card and not each.product.is_gift_card:
            end_runs(each.before)
        try:
            save_product(each.product, is_announced=False)
        except (Conflict, ValueError) as error:
            each.refuse(str(error))


def name_of(source: str) -> str:
    """Return the file's name of an address or path, without what could lead elsewhere."""
    name = Path(source.split("?", 1)[0].replace("\\", "/")).name
    return "" if name in {"", ".", ".."} else name
