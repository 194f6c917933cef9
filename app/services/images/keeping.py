"""Keeps pictures in the bucket, under `media/<key>/`."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from app import db, stores
from app.errors import NotFound, Unavailable
from app.services.images.media import TYPES, Media
from app.services.images.rendering import BETTER, Rendered, key_of, render, render_better

_NAME = re.compile(r"(?P<width>[1-9][0-9]{0,3})\.(?P<extension>jpg|webp|avif)")
_KEY = re.compile(r"[0-9a-f]{20}")
_CHUNK = 64 * 1024
_ABSENT = {"404", "NoSuchKey", "NoSuchBucket"}


class File(NamedTuple):
    """One file of a picture, ready to be sent."""

    type: str
    length: int
    chunks: Iterator[bytes]


def add(content: bytes, alt: str = "") -> Media:
    """Check and keep a picture, or raise Invalid. The same bytes again cost one question to the bucket."""
    return find(key_of(content), alt) or keep(render(content, alt))


def find(key: str, alt: str = "") -> Media | None:
    """Return what is known of a kept picture; None when it is not there, or not wholly.

    What `aws s3 sync` brings back from a folder has lost its facts: it is shown all the same, and kept anew by add().
    """
    known = _facts_of(key)
    if not known:
        return None
    return Media(
        key=key, width=int(known["width"]), height=int(known["height"]), alt=alt,
        colour=known["colour"], preview=known.get("preview", ""),
    )  # fmt: skip


def is_kept(key: str) -> bool:
    """Whether a picture is there to be shown."""
    return _facts_of(key) is not None


def keep(rendered: Rendered) -> Media:
    """Put a picture's files in the bucket, the master last: where it is, all is."""
    db.require_no_transaction()
    media = rendered.media
    for name in sorted(rendered.files, key=lambda name: name == "master.jpg"):
        facts = {"width": str(media.width), "height": str(media.height), "colour": media.colour}
        facts["preview"] = media.preview
        _put(f"media/{media.key}/{name}", rendered.files[name], facts if name == "master.jpg" else {})
    return media


def make_better(key: str) -> tuple[str, ...]:
    """Make a kept picture's WebP and AVIF files, and return the names of the formats that now exist."""
    db.require_no_transaction()
    master = stores.s3().get_object(Bucket=stores.bucket(), Key=f"media/{key}/master.jpg")["Body"].read()
    for name, content in render_better(master):
        _put(f"media/{key}/{name}", content, {})
    return BETTER


def open_file(key: str, name: str) -> File:
    """Open one file of a picture (`640.webp`), or raise NotFound."""
    db.require_no_transaction()
    asked = _NAME.fullmatch(name)
    if asked is None or not _KEY.fullmatch(key):
        raise NotFound
    try:
        answer = stores.s3().get_object(Bucket=stores.bucket(), Key=f"media/{key}/{name}")
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            raise NotFound from error
        raise
    except BotoCoreError as error:
        raise Unavailable("The pictures cannot be read at the moment.") from error
    return File(TYPES[asked["extension"]], answer["ContentLength"], answer["Body"].iter_chunks(_CHUNK))


def make_bucket() -> None:
    """Make the shop's bucket unless it is there."""
    try:
        stores.s3().head_bucket(Bucket=stores.bucket())
    except ClientError as error:
        if error.response["Error"]["Code"] not in _ABSENT:
            raise
        region = stores.s3().meta.region_name
        place: Any = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        # AWS refuses us-east-1 as a constraint: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        stores.s3().create_bucket(Bucket=stores.bucket(), **({} if region == "us-east-1" else place))


def _facts_of(key: str) -> dict[str, str] | None:
    db.require_no_transaction()
    try:
        return stores.s3().head_object(Bucket=stores.bucket(), Key=f"media/{key}/master.jpg")["Metadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise


def _put(name: str, content: bytes, facts: dict[str, str]) -> None:
    kind = TYPES[name.rsplit(".", 1)[1]]
    stores.s3().put_object(Bucket=stores.bucket(), Key=name, Body=content, ContentType=kind, Metadata=facts)
