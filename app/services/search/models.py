"""What customers search and list: derived from the catalogue, and made again from it at any time."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, BIT, TSQUERY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel

SAMPLES = 1024
LEVELS = 6  # of samples: half of the products, a quarter, …


class SearchDocument(OrdersModel):
    """One product as search knows it. `codes` are SKUs and GTINs, bare.

    `price` and `dearest` are what it costs at least and at most, in minor units, of what can be had while anything can.

    `facets` are ids of SearchTerm. `sample` is a number under SAMPLES that has nothing to do with the product. Those
    under half of that have the word `~1` in `words`, those under a quarter `~2` too, and so on to LEVELS.
    """

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_heads", "heads", postgresql_using="gin"),
        Index("ix_search_documents_codes", "codes", postgresql_using="gin"),
        Index(
            "ix_search_documents_popular",
            text("popularity DESC"),
            text("created_at DESC"),
            "product_id",
            postgresql_where=text("is_published"),
        ),
        Index(
            "ix_search_documents_newest", text("created_at DESC"), "product_id", postgresql_where=text("is_published")
        ),
        Index(
            "ix_search_documents_vocabulary",
            "vocabulary",
            postgresql_using="gin",
            postgresql_ops={"vocabulary": "gin_trgm_ops"},
        ),
    )

    product_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    is_published: Mapped[bool]
    is_available: Mapped[bool]
    sample: Mapped[int] = mapped_column(SmallInteger)
    price: Mapped[int | None]
    dearest: Mapped[int | None]
    popularity: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    title: Mapped[str]
    facets: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    heads: Mapped[Any] = mapped_column(TSVECTOR)  # the words of the title and the labels
    words: Mapped[Any] = mapped_column(TSVECTOR)  # all words
    vocabulary: Mapped[str]
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    padding: Mapped[str] = mapped_column(server_default=text("repeat(' ', 2000)"), deferred=True)  # migration 0013


class SearchOffers(OrdersModel):
    """What can be had of a product, and all of it while nothing can: its variants, the cheapest first.

    `prices` are in minor units. `had_by` says of each of the `terms`, which variants have that value: a bit for each.
    `every` has all bits set.
    """

    __tablename__ = "search_offers"

    product_id: Mapped[str] = mapped_column(
        ForeignKey("search_documents.product_id", ondelete="CASCADE"), primary_key=True
    )
    prices: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    terms: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    had_by: Mapped[list[str]] = mapped_column(ARRAY(BIT(varying=True)))
    every: Mapped[str] = mapped_column(BIT(varying=True))


class SearchTerm(OrdersModel):
    """One value of one facet. `position` is its place among the values of an option, as the products have them."""

    __tablename__ = "search_terms"
    __table_args__ = (UniqueConstraint("facet", "value", name="uq_search_terms_facet_value"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    facet: Mapped[str]
    value: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)


class SearchWord(OrdersModel):
    """A word that stands in the catalogue, small and without accents: what a misspelt one may have meant."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index("ix_search_words_word", "word", postgresql_ops={"word": "text_pattern_ops"}),
        Index("ix_search_words_lexeme", "lexeme"),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    lexeme: Mapped[str | None]


class SearchSynonyms(OrdersModel):
    """Words that mean the same here: who looks for one finds them all."""

    __tablename__ = "search_synonyms"

    id: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(default=1)


class SearchRewrite(OrdersModel):
    """What PostgreSQL makes of one of those words in a query: any of them."""

    __tablename__ = "search_rewrites"

    synonyms_id: Mapped[str] = mapped_column(ForeignKey("search_synonyms.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    alias: Mapped[Any] = mapped_column(TSQUERY)
    meaning: Mapped[Any] = mapped_column(TSQUERY)


class SearchTurn(OrdersModel):
    """A variant that has just run out or come in again; a trigger on the stock notes it for the index."""

    __tablename__ = "search_turns"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[str]


class SearchShelf(OrdersModel):
    """Which revision of a collection its places were written from."""

    __tablename__ = "search_shelves"

    collection_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]


class SearchPlace(OrdersModel):
    """Where a product stands on a shelf."""

    __tablename__ = "search_places"
    __table_args__ = (
        Index("ix_search_places_product_id", "product_id"),
        Index("ix_search_places_position", "collection_id", "position"),
    )

    collection_id: Mapped[str] = mapped_column(
        ForeignKey("search_shelves.collection_id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
