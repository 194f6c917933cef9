"""What pictures may come in, and what goes out."""

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import pytest
from botocore.stub import Stubber
from PIL import Image, ImageCms

from app import stores
from app.errors import Invalid, NotFound
from app.services import images
from app.services.images import checking
from tests.pictures import picture_bytes


@pytest.fixture
def bucket(app):
    images.make_bucket()


def opened(content):
    return Image.open(io.BytesIO(content))


def test_render_makes_every_width_that_fits():
    rendered = images.render(picture_bytes(1000, 1250), "A print")

    assert sorted(rendered.files) == ["1000.jpg", "320.jpg", "480.jpg", "640.jpg", "960.jpg", "master.jpg"]
    assert opened(rendered.files["640.jpg"]).size == (640, 800)
    assert (rendered.media.width, rendered.media.height, rendered.media.alt) == (1000, 1250, "A print")
    assert rendered.media.srcset.count("w") == 5


def test_render_turns_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif.get_ifd(0x8825)[1] = "N"  # GPS

    rendered = images.render(picture_bytes(80, 64, exif=exif.tobytes()))

    for content in rendered.files.values():
        picture = opened(content)
        assert picture.width < picture.height
        assert not picture.getexif()
    top, bottom = (opened(rendered.files["master.jpg"]).getpixel((32, y)) for y in (5, 75))
    assert top[0] > 200
    assert bottom[0] < 50


def test_render_turns_upright_whatever_else_a_camera_wrote():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "A description"
    width_in_letters = exif.tobytes().replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02")

    media = images.render(picture_bytes(80, 64, exif=width_in_letters)).media

    assert (media.width, media.height) == (64, 80)


def test_render_puts_the_transparent_on_white():
    rendered = images.render(picture_bytes(20, 20, kind="PNG", mode="RGBA"))

    assert opened(rendered.files["master.jpg"]).mode == "RGB"


def _swapping_profile():
    """A colour profile that takes red for green and green for red."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P")])
def test_render_shows_the_colours_that_a_profile_means(kind, mode):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").convert(mode).save(buffer, kind, icc_profile=_swapping_profile())

    shown = opened(images.render(buffer.getvalue()).files["master.jpg"])

    red, green, _ = shown.getpixel((32, 32))
    assert (red < 20, green > 235) == (True, True)
    assert "icc_profile" not in shown.info


@pytest.mark.parametrize("profile", [b"nonsense" * 30, _swapping_profile()], ids=["unreadable", "of coloured pictures"])
def test_render_passes_over_a_profile_that_does_not_fit(profile):
    content = picture_bytes(mode="L", icc_profile=profile)

    shown = opened(images.render(content).files["master.jpg"])

    assert shown.getpixel((10, 40)) > (235, 235, 235)


def test_render_keeps_the_steps_of_a_grey_of_16_bits():
    ramp = Image.new("I;16", (64, 64))
    ramp.putdata([1024 * (place % 64) for place in range(64 * 64)])
    buffer = io.BytesIO()
    ramp.save(buffer, "PNG")

    shown = opened(images.render(buffer.getvalue()).files["master.jpg"])

    greys = [shown.getpixel((x, 32))[0] for x in (2, 32, 61)]
    assert greys == pytest.approx([8, 128, 244], abs=12)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_render_reads_a_picture_whatever_it_is_called(kind):
    assert images.render(picture_bytes(kind=kind)).media.width == 64


def _bomb():
    buffer = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a JPEG"),
        (b"%PDF-1.7", "not a JPEG"),
        (picture_bytes(kind="TIFF"), "not a JPEG"),
        (picture_bytes(400, 400)[:900], "broken"),
        (picture_bytes(kind="PNG")[:60], "broken"),
        (picture_bytes(kind="AVIF")[:-40] + bytes(40), "broken"),
        (_bomb(), "50 million pixels"),
        (b"\xff\xd8" + b"\0" * checking.MAX_BYTES, "20 MB"),
    ],
    ids=["empty", "svg", "pdf", "tiff", "cut jpeg", "cut png", "lost avif", "bomb", "too many bytes"],
)
def test_render_refuses(content, why):
    with pytest.raises(Invalid, match=why):
        images.render(content)


def test_add_keeps_the_same_picture_once(bucket):
    content = picture_bytes()

    first, second = images.add(content, "One"), images.add(content, "Two")

    assert first.key == second.key
    assert second.alt == "Two"
    assert (second.width, second.colour, second.preview) == (first.width, first.colour, first.preview)


def test_add_keeps_a_picture_anew_whose_facts_a_backup_lost(bucket):
    content = picture_bytes(80, 64)
    media = images.add(content)
    master = f"media/{media.key}/master.jpg"
    body = stores.s3().get_object(Bucket=stores.bucket(), Key=master)["Body"].read()
    stores.s3().put_object(Bucket=stores.bucket(), Key=master, Body=body)  # as by `aws s3 sync` from a folder

    assert images.is_kept(media.key)
    assert images.find(media.key) is None
    assert images.add(content) == media
    assert images.find(media.key) == media


def test_make_better_adds_the_formats_that_pages_then_name(bucket):
    media = images.add(picture_bytes(400, 500))

    formats = images.make_better(media.key)

    assert set(formats) == {"webp", "avif"}
    for name in ("320.webp", "400.avif"):
        file = images.open_file(media.key, name)
        assert opened(b"".join(file.chunks)).width == int(name.split(".")[0])


def test_open_file_finds_nothing_beside_pictures(bucket):
    stores.s3().put_object(Bucket=stores.bucket(), Key="labels/secret.pdf", Body=b"x")

    for key, name in (("../labels", "secret.pdf"), ("0" * 20, "320.jpg"), ("0" * 20, "../../labels/secret.pdf")):
        with pytest.raises(NotFound):
            images.open_file(key, name)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/x.jpg", "http://10.0.0.1/x.jpg", "http://[::1]/x.jpg", "http://169.254.169.254/x"]
)
def test_fetch_refuses_the_neighbours(address):
    with pytest.raises(Invalid, match="private network"):
        images.fetch(address)


def test_fetch_asks_the_address_that_was_looked_at_and_no_other(monkeypatch):
    resolved, asked = iter(["8.8.8.8", "127.0.0.1"]), []

    def resolve(_host, port, *_args, **_kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(resolved), port))]

    def connect(address, *_args, **_kwargs):
        asked.append(socket.getaddrinfo(*address)[0][4] if address[0] == "pictures.example" else address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    with pytest.raises(images.Unreachable):
        images.fetch("http://pictures.example:8080/x.jpg")

    assert asked == [("8.8.8.8", 8080)]


@pytest.mark.parametrize(
    "address",
    [
        *("file:///etc/passwd", "ftp://shop.example/x.jpg", "x.jpg", "http://", ""),
        *("https://[domain]/x.jpg", "https://cdn..example.com/x.jpg", "https://cdn.example.com:port/x.jpg"),
    ],
)
def test_fetch_refuses_what_is_no_address(address):
    with pytest.raises(Invalid, match="no address"):
        images.fetch(address)


class Broken(BaseHTTPRequestHandler):
    """Says that what it sends is packed, and it is not."""

    def do_GET(self) -> None:  # the name that http.server asks for
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(b"no gzip")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_fetch_refuses_what_cannot_be_unpacked():
    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.handle_request).start()

        with pytest.raises(Invalid, match="unpacked"):
            images.fetch(f"http://127.0.0.1:{server.server_port}/x.jpg", allows_private=True)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("eu-central-1", {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}),
        ("us-east-1", {}),  # AWS refuses its name there
    ],
)
def test_bucket_is_made_in_its_region(app, monkeypatch, region, said):
    client = boto3.client("s3", region_name=region, aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr(stores, "s3", lambda: client)

    with Stubber(client) as aws:
        aws.add_client_error("head_bucket", "404")
        aws.add_response("create_bucket", {}, {"Bucket": stores.bucket()} | said)
        images.make_bucket()

    aws.assert_no_pending_responses()
    client.close()
