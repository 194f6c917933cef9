"""Pictures of a product in the back office: sent with and without a script, looked at by a job, ordered and focused."""

import struct
import tempfile
import zlib
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app import clock, db, stores
from app.services import catalog, images
from app.services.catalog.models import PictureUpload
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.pictures import picture_bytes
from tests.working import work

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
MEDIA = tuple(catalog.Media(key=f"{place}" * 20, width=800, height=1000, alt=f"Ridge {place}") for place in range(3))


def huge_png() -> bytes:
    """A PNG of 30,000 × 30,000 pixels in a few bytes: its header says so, and nothing follows."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b"")
    )


@pytest.fixture
def tide(app):
    """A print with three pictures."""
    images.make_bucket()
    return make.product("Slack Tide", media=MEDIA)


@pytest.fixture
def here(tide):
    return f"/admin/products/{tide.id}/pictures"


def send(admin, here, content, *, alt="Waves", name="waves.jpg", **kwargs):
    data = {"alt": alt, "file": (BytesIO(content), name)}
    return admin.post(f"{here}/", data=data, content_type="multipart/form-data", **kwargs)


def states():
    with db.orders.reading() as session:
        return session.scalars(select(PictureUpload.state).order_by(PictureUpload.id)).all()


def forget_after(**span):
    with clock.at(clock.now() + timedelta(**span)):
        catalog.forget_uploads()


def media(product):
    return catalog.get_product_as_staff(product.id).media


def test_picture_sent_without_a_script_is_looked_at_and_shown(admin, tide, here):
    answer = send(admin, here, picture_bytes(640, 800))
    waiting = admin.get(f"{here}/", headers=PART).text
    work("pictures.take")

    assert answer.status_code == 303
    assert "“Waves” is being processed" in waiting
    assert 'hx-trigger="load delay:1500ms"' in waiting
    added = media(tide)[-1]
    assert (len(media(tide)), added.alt, added.width) == (4, "Waves", 640)
    assert "being processed" not in admin.get(f"{here}/", headers=PART).text


def test_picture_sent_without_a_script_needs_no_room_for_files(admin, here, monkeypatch):
    boundary, body = encode_multipart({"alt": "Waves", "file": FileStorage(BytesIO(b"x" * 600_000), "waves.jpg")})
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")

    answer = admin.post(f"{here}/", data=body, content_type=f"multipart/form-data; boundary={boundary}")

    assert (answer.status_code, states()) == (303, ["sent"])


def test_picture_sent_with_a_script_goes_straight_to_the_bucket(admin, tide, here):
    ticket = admin.post(f"{here}/tickets", data={"alt": "Waves"}).json
    sent = httpx.post(ticket["url"], data=ticket["fields"], files={"file": ("x.jpg", picture_bytes(640, 800))})
    arrived = admin.post(ticket["arrived"], headers=PART)
    admin.post(ticket["arrived"], headers=PART)
    work("pictures.take")

    assert sent.is_success
    assert "being processed" in arrived.text
    assert [each.alt for each in media(tide)] == ["Ridge 0", "Ridge 1", "Ridge 2", "Waves"]
    policy = admin.get(f"/admin/products/{tide.id}").headers["Content-Security-Policy"]
    parts = urlsplit(ticket["url"])
    assert f"connect-src 'self' {parts.scheme}://{parts.netloc};" in policy


def test_same_picture_twice_is_added_once(admin, tide, here):
    for _ in range(2):
        send(admin, here, picture_bytes(640, 800))
    work("pictures.take")

    assert len(media(tide)) == 4


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (huge_png(), "more than 50 million pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a JPEG, PNG"),
        (picture_bytes(400, 500)[:2000], "broken or cut short"),
        (b"MM\x00*" + b"\0" * 1000, "not a JPEG, PNG"),
        (b"no picture at all", "not a JPEG, PNG"),
    ],
    ids=["30000x30000", "svg", "truncated", "tiff", "text"],
)
def test_file_that_is_not_fit_is_refused_in_words_and_can_be_put_away(admin, tide, here, content, why):
    send(admin, here, content)
    work("pictures.take")

    text = admin.get(f"{here}/", headers=PART).text
    [refused] = catalog.uploads_of(tide.id)
    admin.post(f"{here}/tickets/{refused.id}/removal")

    assert why in text
    assert len(media(tide)) == 3
    assert catalog.uploads_of(tide.id) == []


def test_gif_called_jpg_is_taken_for_what_it_is(admin, tide, here):
    send(admin, here, picture_bytes(400, 500, kind="GIF"), name="waves.jpg")
    work("pictures.take")

    assert media(tide)[-1].width == 400


def test_file_that_is_too_large_is_refused_at_once_and_the_words_are_kept(admin, here, monkeypatch):
    monkeypatch.setattr(images, "MAX_BYTES", 1000)

    answer, unread = send(admin, here, b"\0" * 1001), send(admin, here, b"\0" * 200_000)

    assert (answer.status_code, unread.status_code) == (422, 422)
    assert "at most 20 MB" in answer.text
    assert 'value="Waves"' in answer.text
    assert "at most 20 MB" in unread.text


@pytest.mark.parametrize(("content", "alt", "said"), [(b"", "Waves", "Choose a picture"), (b"x", " ", "Write it for")])
def test_picture_needs_a_file_and_words(admin, here, content, alt, said):
    answer = send(admin, here, content, alt=alt, headers=PART)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'id="product-pictures"' in answer.text


def test_ticket_needs_words(admin, here):
    answer = admin.post(f"{here}/tickets", data={"alt": ""})

    assert (answer.status_code, "for those who do not see it" in answer.json["problem"]) == (422, True)


def test_file_that_never_arrived_is_told(admin, tide, here):
    ticket = admin.post(f"{here}/tickets", data={"alt": "Waves"}).json
    admin.post(ticket["arrived"])
    work("pictures.take")

    assert "did not arrive" in admin.get(f"{here}/", headers=PART).text


def test_uploads_that_nobody_waits_for_are_forgotten(admin, tide, here):
    send(admin, here, picture_bytes(400, 500))
    send(admin, here, b"no picture at all")
    work("pictures.take")
    ticket = admin.post(f"{here}/tickets", data={"alt": "Waves"}).json
    httpx.post(ticket["url"], data=ticket["fields"], files={"file": ("x.jpg", b"left half way")})
    send(admin, here, picture_bytes(640, 800))

    before = states()
    forget_after(days=2)
    later = states()
    forget_after(days=31)
    [sent] = catalog.uploads_of(tide.id)
    kept = stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix="uploads/")["Contents"]
    work("pictures.take")

    assert (before, later, sent.state) == (["done", "refused", "open", "sent"], ["refused", "sent"], "sent")
    assert [each["Key"] for each in kept] == [f"uploads/{sent.id}"]
    assert media(tide)[-1].width == 640


def test_pictures_are_put_first_focused_and_removed(admin, client, tide, here):
    assert admin.get(f"{here}/", headers=PART).text.count('hx-confirm="Remove this picture?"') == 3
    admin.post(f"{here}/{MEDIA[2].key}/first")
    admin.post(f"{here}/{MEDIA[2].key}/focus", data={"x": "23", "y": "90"})
    for _ in range(2):
        admin.post(f"{here}/{MEDIA[0].key}/removal")

    assert [each.key for each in media(tide)] == [MEDIA[2].key, MEDIA[1].key]
    assert (media(tide)[0].focus_x, media(tide)[0].focus_y) == (23, 90)
    assert "picture--x20 picture--y90" in admin.get(f"{here}/", headers=PART).text


def test_focus_beside_the_picture_is_refused_and_kept(admin, tide, here):
    answer = admin.post(f"{here}/{MEDIA[0].key}/focus", data={"x": "120", "y": "5"}, headers=PART)

    assert answer.status_code == 422
    assert 'value="120"' in answer.text
    assert media(tide)[0].focus_x == 50


def test_reader_may_look_and_change_nothing(app, tide, here):
    reader = sign_in(app, make.staff("reader"))

    for address in ("/", "/tickets", "/tickets/x/arrival", f"/{MEDIA[0].key}/first", f"/{MEDIA[0].key}/removal"):
        assert reader.post(here + address, data={"alt": "x"}).status_code == 403, address
    assert len(media(tide)) == 3
