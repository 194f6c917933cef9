"""Printing: a sheet of words becomes a PDF, by Typst (https://typst.app/docs), with the fonts that lie beside.

The one rule: words go in as JSON and are shown as text, so nothing that a customer wrote can be markup. The same sheet
and moment give the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


def print_pdf(page: str, paper: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return `paper` as the PDF that `pages/<page>.typ` makes of it, dated `made_at`."""
    pdf: bytes = _compiler(page).compile(
        format="pdf", sys_inputs={"paper": json.dumps(paper)}, timestamp=int(made_at.timestamp())
    )
    return pdf


@cache
def _compiler(page: str) -> Any:
    import typst  # noqa: PLC0415 - heavy, and only jobs that print need it

    # The machine's own fonts would make the same invoice look different elsewhere.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FOLDER / "fonts")])
    return typst.Compiler(str(_FOLDER / "pages" / f"{page}.typ"), root=str(_FOLDER / "pages"), font_paths=fonts)
