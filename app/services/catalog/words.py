"""Words without their markup."""

import re
from html import unescape

_BLOCK = re.compile(r"</?(?:p|br|hr|[uod]l|li|d[td]|h[2-6]|blockquote|table|thead|tbody|t[rhd])\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def plain_text(html: str) -> str:
    """Return the words of a sanitised text in one line."""
    return " ".join(unescape(_TAG.sub("", _BLOCK.sub(" ", html))).split())
