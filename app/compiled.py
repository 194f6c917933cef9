"""Keeps compiled templates beside Python's own bytecode, so that each is compiled once and not by every process.

The one rule: what cannot be kept is compiled again, as Python does with its modules.
"""

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache


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
