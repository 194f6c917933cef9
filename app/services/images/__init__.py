"""Pictures: what may come in, the widths and formats that go out, where they lie in the bucket.

The one rule: a picture's key is a digest of its bytes, so what an address answers never changes.
"""

from app.services.images.checking import MAX_BYTES, SMALLER
from app.services.images.fetching import Unreachable, fetch
from app.services.images.keeping import File, add, find, is_kept, keep, make_better, make_bucket, open_file
from app.services.images.media import Media, Source
from app.services.images.rendering import Rendered, key_of, render

__all__ = [
    "MAX_BYTES",
    "SMALLER",
    "File",
    "Media",
    "Rendered",
    "Source",
    "Unreachable",
    "add",
    "fetch",
    "find",
    "is_kept",
    "keep",
    "key_of",
    "make_better",
    "make_bucket",
    "open_file",
    "render",
]
