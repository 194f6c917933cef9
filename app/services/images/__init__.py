"""Pictures: what may come in, the widths and formats that go out, where they lie in the bucket.

The one rule: a picture's key is a digest of its bytes, so what an address answers never changes.
"""

from app.services.images.media import Media, Source, widths_of

__all__ = ["Media", "Source", "widths_of"]
