"""Pictures that staff send: they lie raw in the bucket until a job has looked at them, and then belong to a product.

The one rule: nothing of what was sent is shown or decoded before the job; what it refuses is told in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import IO

from botocore.exceptions import ClientError
from sqlalchemy import delete, or_, select, update

from app import clock, db, stores
from app.errors import Conflict, Invalid, ShopError
from app.queue import done, later
from app.services import images
from app.services.catalog.documents import Product
from app.services.catalog.models import PictureUpload
from app.services.catalog.pictures import queue_pictures
from app.services.catalog.reading import get_product_as_staff
from app.services.catalog.rewriting import Rewritten, rewrite

_TICKET_SECONDS = 900
_KEPT_FOR = {"open": timedelta(days=1), "done": timedelta(days=1), "refused": timedelta(days=30)}
_MOST = 60  # pictures of one product


@dataclass(frozen=True)
class Ticket:
    """What a browser needs to send one file straight to the bucket, and nowhere else."""

    id: str
    url: str
    fields: Mapping[str, str]


def open_upload(actor: str, product_id: str, *, alt: str) -> Ticket:
    """Give a ticket for one picture of a product, good for fifteen minutes and for as many bytes as a picture may have.

    Raises Invalid without words for those who do not see the picture, or when the product has very many.
    """
    row = _add(actor, product_id, alt)
    signed = stores.s3().generate_presigned_post(
        stores.bucket(), _place(row.id), ExpiresIn=_TICKET_SECONDS,
        Conditions=[["content-length-range", 1, images.MAX_BYTES]],
    )  # fmt: skip
    return Ticket(row.id, signed["url"], signed["fields"])


def send_upload(actor: str, product_id: str, content: IO[bytes], *, alt: str) -> None:
    """Take a picture that came through the shop itself, and have it looked at. Refuses as open_upload() does."""
    body = content.read(images.MAX_BYTES + 1)
    if not body:
        raise Invalid("Choose a picture.", file="Choose a picture.")
    if len(body) > images.MAX_BYTES:
        raise Invalid("That file is too large.", file=images.SMALLER)
    row = _add(actor, product_id, alt)
    stores.s3().put_object(Bucket=stores.bucket(), Key=_place(row.id), Body=body)
    note_arrival(product_id, row.id)


def note_arrival(product_id: str, upload_id: str) -> None:
    """Have a picture looked at that was sent to the bucket. Twice is once."""
    with db.orders.transaction() as session:
        arrived = session.execute(
            update(PictureUpload)
            .where(PictureUpload.id == upload_id, PictureUpload.product_id == product_id)
            .where(PictureUpload.state == "open")
            .values(state="sent")
            .returning(PictureUpload.id)
        ).scalar()
        if arrived:
            later("pictures.take", upload_id, key=f"upload:{upload_id}")


def take_upload(upload_id: str) -> None:
    """Look at a picture that was sent and give it to its product, or write down why not. Safe to repeat."""
    with db.orders.reading() as session:
        row = session.get(PictureUpload, upload_id)
    if row is None or row.state != "sent":
        return
    problem, bucket, place = None, stores.bucket(), _place(row.id)
    try:
        if stores.s3().head_object(Bucket=bucket, Key=place)["ContentLength"] > images.MAX_BYTES:
            raise Invalid("This file is larger than 20 MB. Please save it smaller.")
        media = images.add(stores.s3().get_object(Bucket=bucket, Key=place)["Body"].read(), row.alt)
        _give(row, media)
        queue_pictures([media.key])
    except ShopError as refusal:
        problem = refusal.message
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey"}:
            raise
        problem = "The file did not arrive. Please send it again."
    with db.orders.transaction() as session:
        values = {"state": "refused" if problem else "done", "problem": problem}
        session.execute(update(PictureUpload).where(PictureUpload.id == row.id).values(**values))
        done()
    stores.s3().delete_object(Bucket=bucket, Key=place)


def uploads_of(product_id: str) -> Sequence[PictureUpload]:
    """List what was sent for a product and is being looked at, or was refused, oldest first."""
    query = select(PictureUpload).where(
        PictureUpload.product_id == product_id, PictureUpload.state.in_(("sent", "refused"))
    )
    with db.orders.reading() as session:
        return session.scalars(query.order_by(PictureUpload.id)).all()


def forget_upload(product_id: str, upload_id: str) -> None:
    """Take a refusal off the list, once it was read."""
    its = (PictureUpload.id == upload_id) & (PictureUpload.product_id == product_id)
    with db.orders.transaction() as session:
        session.execute(delete(PictureUpload).where(its, PictureUpload.state == "refused"))


def forget_uploads() -> None:
    """Erase old uploads that never arrived, are done, or were refused, with what is left of them in the bucket.

    What was sent and waits to be looked at is kept, however long that takes.
    """
    moment = clock.now()
    old = [
        (PictureUpload.state == state) & (PictureUpload.created_at < moment - _KEPT_FOR[state]) for state in _KEPT_FOR
    ]
    with db.orders.reading() as session:
        ids = session.scalars(select(PictureUpload.id).where(or_(*old)).limit(1000)).all()
    for upload_id in ids:
        stores.s3().delete_object(Bucket=stores.bucket(), Key=_place(upload_id))
    with db.orders.transaction() as session:
        session.execute(delete(PictureUpload).where(PictureUpload.id.in_(ids)))


def _add(actor: str, product_id: str, alt: str) -> PictureUpload:
    if not alt.strip():
        raise Invalid("Say what the picture shows.", alt="Write it for those who do not see the picture.")
    if len(get_product_as_staff(product_id).media) >= _MOST:
        raise Conflict(f"A product has at most {_MOST} pictures. Please remove one first.")
    row = PictureUpload(
        id=db.new_id(), product_id=product_id, alt=alt.strip()[:500], actor=actor, state="open", created_at=clock.now()
    )
    with db.orders.transaction() as session:
        session.add(row)
    return row


def _give(row: PictureUpload, media: images.Media) -> None:
    def add(product: Product) -> Rewritten | None:
        if any(picture.key == media.key for picture in product.media):
            return None
        after = {"picture": media.key, "alt": media.alt}
        return Rewritten(replace(product, media=(*product.media, media)), None, after)

    rewrite(row.actor, "picture.add", row.product_id, add)


def _place(upload_id: str) -> str:
    return f"uploads/{upload_id}"
