"""Takes one product of a file into the shop: matched by its handle, its variants by their values."""

import time
from dataclasses import replace
from pathlib import Path

from app import clock, config, db, stores
from app.errors import Conflict, ShopError
from app.services import images, inventory
from app.services.catalog.documents import Option, Product, Variant
from app.services.catalog.drafts import Draft, DraftVariant, Problem
from app.services.catalog.gift_cards import as_goods, end_runs
from app.services.catalog.models import ImportRun
from app.services.catalog.reading import find_by_any_slug
from app.services.catalog.writing import save_product
from app.services.images import Media

_SECONDS_FOR_PICTURES = 60.0  # of one product; the job's lease must outlast it
_IMPORTER = "import"
_OTHER_OPTIONS = (
    "It has more or fewer options than before, so the variants of the file are new ones. The old ones and their stock "
    "are no longer for sale; please check the stock of the new ones."
)


class Work:
    """One job's work on a run: what it found on the way."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._folder = f"imports/{run.id}/images/"
        pages = stores.s3().get_paginator("list_objects_v2").paginate(Bucket=stores.bucket(), Prefix=self._folder)
        self._sent = {row["Key"].removeprefix(self._folder) for page in pages for row in page.get("Contents", [])}
        self._silent: set[str] = set()  # servers that did not answer; they are not asked again
        self.new_pictures: set[str] = set()

    def take(self, draft: Draft) -> str:
        """Bring the shop to what the draft says; return what came of it: changed, unchanged or failed."""
        if not draft.variants:
            return "failed"
        before = find_by_any_slug(draft.slug)
        product = self._merge(draft, before)
        if before and before.is_gift_card and not product.is_gift_card:
            end_runs(before)
        try:
            saved = product if product == before else save_product(product)
        except (Conflict, ValueError) as error:
            draft.problems.append(Problem(draft.row, draft.slug, f"{error} Import the file again to take it."))
            return "failed"
        self._take_stock(draft, saved)
        return "unchanged" if product == before else "changed"

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

    def _take_stock(self, draft: Draft, product: Product) -> None:
        """Put the file's quantities on the shelf: where there never was stock, or everywhere when the run says so.

        What a gift card has there is no count of pieces that lie anywhere.
        """
        if product.is_gift_card:
            return
        ids = {variant.values: variant.id for variant in product.variants}
        levels = inventory.levels(ids.values())
        for variant in draft.variants:
            if variant.quantity is None:
                continue
            level = levels[ids[variant.values]]
            reason = f"Import of {self._run.file_name}"
            if level.version == 0 and variant.quantity:
                reference = f"import:{level.variant_id}"
                inventory.receive(
                    level.variant_id, variant.quantity, reason=reason, actor=_IMPORTER, reference=reference
                )
            elif level.version and self._run.sets_stock and variant.quantity != level.shelf:
                try:
                    inventory.adjust(
                        level.variant_id, variant.quantity, version=level.version, reason=reason, actor=_IMPORTER
                    )
                except Conflict as error:
                    draft.problems.append(Problem(variant.row, draft.slug, f"The stock was not set. {error}"))


def name_of(source: str) -> str:
    """Return the file's name of an address or path, without what could lead elsewhere."""
    name = Path(source.split("?", 1)[0].replace("\\", "/")).name
    return "" if name in {"", ".", ".."} else name
