"""Jobs of pictures: heavy, so they have a queue and workers of their own."""

from app.services import catalog


def finish(key: str) -> None:
    """Make a picture's WebP and AVIF files. Twice is harmless: the same files lie at the same addresses."""
    catalog.finish_picture(key)


def take(upload_id: str) -> None:
    """Look at a picture that staff sent. Twice is harmless: the same picture is added once."""
    catalog.take_upload(upload_id)
