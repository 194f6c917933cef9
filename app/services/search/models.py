"""What customers search and list: derived from the catalogue, and made again from it at any time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class SearchDocument(OrdersModel):
    """One product as search knows it. `price` is its least, in minor units; `codes` are SKUs and GTINs, bare."""

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_codes", "codes", postgresql_using="gin"),
        Index(
            "ix_search_documents_vocabulary",
            "vocabulary",
            postgresql_using="gin",
            postgresql_ops={"vocabulary": "gin_trgm_ops"},
        ),
        Index("ix_search_documents_created_at", "created_at"),
        Index("ix_search_documents_price", "price"),
    )

    product_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    is_published: Mapped[bool]
    title: Mapped[str]
    words: Mapped[Any] = mapped_column(TSVECTOR)
    vocabulary: Mapped[str]
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    price: Mapped[int | None]
    created_at: Mapped[datetime]


class SearchShelf(OrdersModel):
    """Which revision of a collection its places were written from."""

    __tablename__ = "search_shelves"

    collection_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]


class SearchPlace(OrdersModel):
    """Where a product stands on a shelf."""

    __tablename__ = "search_places"
    __table_args__ = (Index("ix_search_places_product_id", "product_id"),)

    collection_id: Mapped[str] = mapped_column(
        ForeignKey("search_shelves.collection_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str]
