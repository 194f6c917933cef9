"""What a select or a set of radio buttons offers. Here alone, because wtforms' stubs do not know it yet."""

from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

__all__ = ["SelectChoice"]
