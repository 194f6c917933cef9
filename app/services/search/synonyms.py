"""Synonyms, as staff keep them: groups of words of which search takes one for any other."""

import re
from collections.abc import Sequence

from sqlalchemy import delete, func, literal_column, select, text, update

from app import db
from app.errors import Conflict, Invalid, NotFound
from app.services import audit, catalog
from app.services.search.models import SearchSynonyms

_MOST_WORDS = 20
_LONGEST = 60
_SPLIT = re.compile(r"[,;\n]+")
_GONE = "These synonyms are gone: somebody removed them meanwhile."
_CHANGED = "Somebody changed these synonyms meanwhile. Here they are now; change them again."

# A word that search leaves out of every query ("the", "of") can stand for nothing.
_REWRITES = text(
    """
    INSERT INTO search_rewrites (synonyms_id, place, alias, meaning)
    SELECT :id, row_number() OVER (ORDER BY said), alias, meaning
    FROM (SELECT DISTINCT ON (plainto_tsquery('shop', said)) said, plainto_tsquery('shop', said) AS alias
          FROM unnest(CAST(:words AS text[])) AS said) AS aliases,
         (SELECT to_tsquery('shop', string_agg('(' || array_to_string(parts, ' & ') || ')', ' | ')) AS meaning
          FROM (SELECT regexp_split_to_array(said, '\\s+') AS parts
                FROM unnest(CAST(:words AS text[])) AS said) AS pieces) AS meanings
    WHERE numnode(alias) > 0
    """
)


def list_synonyms() -> Sequence[SearchSynonyms]:
    """List all groups, by their first word."""
    with db.orders.reading() as session:
        return session.scalars(select(SearchSynonyms).order_by(SearchSynonyms.words, SearchSynonyms.id)).all()


def add_synonyms(typed: str, *, actor: str) -> None:
    """Add a group of words that mean the same, typed with commas between; raise Invalid for fewer than two.

    The same words again are the group there is.
    """
    words = _read(typed)
    with db.orders.transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("synonyms", 0))))
        if session.scalar(select(SearchSynonyms.id).where(SearchSynonyms.words == words).limit(1)):
            return
        group = SearchSynonyms(id=db.new_id(), words=words, version=1)
        session.add(group)
        session.flush()
        session.execute(_REWRITES, {"id": group.id, "words": words})
        audit.record(db.orders, actor, "synonyms.add", f"synonyms:{group.id}", after={"words": words})
    catalog.raise_generation()


def change_synonyms(group_id: str, typed: str, *, version: int, actor: str) -> None:
    """Replace the words of a group; raise Conflict when somebody else did so since `version` was read.

    What is so already is not changed, whoever made it so: the second of two clicks is no conflict.
    """
    words = _read(typed)
    with db.orders.transaction() as session:
        group = _lock(group_id)
        before = list(group.words)
        if before == words:
            return
        _check_version(group, version)
        session.execute(
            update(SearchSynonyms).where(SearchSynonyms.id == group_id).values(words=words, version=version + 1)
        )
        session.execute(text("DELETE FROM search_rewrites WHERE synonyms_id = :id"), {"id": group_id})
        session.execute(_REWRITES, {"id": group_id, "words": words})
        audit.record(
            db.orders,
            actor,
            "synonyms.change",
            f"synonyms:{group_id}",
            before={"words": before},
            after={"words": words},
        )
    catalog.raise_generation()


def remove_synonyms(group_id: str, *, version: int, actor: str) -> None:
    """Remove a group; raise Conflict when somebody else changed it since `version` was read."""
    with db.orders.transaction() as session:
        group = _lock(group_id)
        _check_version(group, version)
        before = list(group.words)
        session.execute(delete(SearchSynonyms).where(SearchSynonyms.id == group_id))
        audit.record(db.orders, actor, "synonyms.remove", f"synonyms:{group_id}", before={"words": before})
    catalog.raise_generation()


def _lock(group_id: str) -> SearchSynonyms:
    group = db.orders.session.scalar(select(SearchSynonyms).where(SearchSynonyms.id == group_id).with_for_update())
    if group is None:
        raise NotFound(_GONE)
    return group


def _check_version(group: SearchSynonyms, version: int) -> None:
    if group.version != version:
        raise Conflict(_CHANGED)


def _read(typed: str) -> list[str]:
    """Read words with commas between: letters and digits, small, each once."""
    storable = typed.replace("\0", " ").encode("utf-8", "ignore").decode()
    said = (" ".join(re.findall(r"[^\W_]+", part)).lower() for part in _SPLIT.split(storable))
    words = list(dict.fromkeys(word for word in said if word))
    if len(words) < 2:
        raise Invalid("Write at least two words that mean the same.", words="Put commas between them: sofa, couch.")
    if len(words) > _MOST_WORDS or any(len(word) > _LONGEST for word in words):
        raise Invalid(
            "That is too much for one group.", words=f"At most {_MOST_WORDS} words of {_LONGEST} letters each."
        )
    with db.orders.reading() as session:
        nodes = func.numnode(func.plainto_tsquery(literal_column("'shop'::regconfig"), " ".join(words)))
        if not session.scalar(select(nodes)):
            raise Invalid("Search leaves these words out of every query.", words="Choose words that say something.")
    return words
