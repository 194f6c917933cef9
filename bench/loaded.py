"""All that the shop's processes load, for the one that they are forked from. Nothing here reads settings."""

import gc
from importlib import import_module

_ROOMS = ("admin", "cart", "catalog", "checkout", "content", "feeds", "health", "orders", "webhooks")
_LIBRARIES = (
    "granian.cli", "rq.cron", "stripe", "httpx", "boto3", "typst", "sendgrid",
    "PIL.GifImagePlugin", "PIL.PdfImagePlugin", "PIL.PngImagePlugin", "PIL.TiffImagePlugin",
)  # fmt: skip

for _name in ("app.tasks", *_LIBRARIES, *(f"app.blueprints.{room}.views" for room in _ROOMS)):
    import_module(_name)
gc.collect()
gc.freeze()  # what is loaded stays: whoever looks for garbage after the fork need not look at it
