"""Jinja, as quick as it can be: compiled templates are kept beside Python's own bytecode, and globals are one dict.

The one rule: what cannot be kept is compiled again, as Python does with its modules.
"""

import sys
from collections.abc import MutableMapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import jinja2
from flask.templating import Environment as FlasksEnvironment
from jinja2.bccache import Bucket, FileSystemBytecodeCache


class Environment(FlasksEnvironment):
    """Flask's, without a layer of globals for each template, which none here has: each import would walk through it."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of one template: all templates' own, unless it has more."""
        return super().make_globals(d) if d else self.globals


class Templates(FileSystemBytecodeCache):
    """The compiled templates. Jinja notices a changed template and another Python; the folder's name, another Jinja."""

    def __init__(self) -> None:
        folder = Path(cache_from_source(__file__)).parent / f"templates-{jinja2.__version__}"
        super().__init__(str(folder), "%s.bytecode")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what was kept of one template, if anything was and it can be read."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one template, unless nothing is to be written or nothing can be."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)
