"""The tables of what comes in: how far each import is and what was wrong in it, and pictures on their way."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class ImportRun(OrdersModel):
    """One file on its way in. `position` is the byte of `imports/<id>/products.jsonl` where the next product begins."""

    __tablename__ = "import_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sets_stock: Mapped[bool]
    position: Mapped[int] = mapped_column(default=0)
    size: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportProblem(OrdersModel):
    """One thing wrong in a file, by the row it stands in."""

    __tablename__ = "import_problems"

    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"), index=True)
    row: Mapped[int]
    handle: Mapped[str]
    problem: Mapped[str]


class PictureUpload(OrdersModel):
    """A picture that staff sent for a product, until it was looked at: open, sent, done or refused."""

    __tablename__ = "picture_uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(index=True)
    alt: Mapped[str]
    actor: Mapped[str]
    state: Mapped[str]
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
