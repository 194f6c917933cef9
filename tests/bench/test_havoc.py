"""`bench/chaos`: a small run of it, what it reads on the wire, and that its books would notice."""

import os
import struct
import subprocess
import sys
from collections import Counter

import pytest

from bench.havoc import books
from bench.havoc.books import Verdict
from bench.havoc.reading import Http, Postgres, name_of
from tests.running import ROOT

_START = struct.pack("!ii", 8, 196608)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def simple(text: str) -> bytes:
    return message(b"Q", text.encode() + b"\0")


def extended(text: str, name: bytes = b"") -> bytes:
    parse = message(b"P", name + b"\0" + text.encode() + b"\0" + b"\0\0")
    return parse + message(b"B", b"\0" + name + b"\0" + b"\0" * 6) + message(b"E", b"\0" * 5) + message(b"S", b"")


def names(reading: Postgres | Http, data: bytes) -> list[str]:
    return [name for name, _ in reading.feed(data) if name]


@pytest.mark.slow
def test_people_buy_while_processes_are_killed_and_the_books_agree_afterwards() -> None:
    command = [sys.executable, "-m", "bench.havoc", "--orders", "12", "--kills", "5", "--buyers", "4", "--seed", "11"]
    env = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}"}

    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = dict(line.split(maxsplit=1) for line in ran.stdout.splitlines() if line[:1].isalpha())
    assert (said["lost"], said["doubled"], said["wrong"]) == ("0", "0", "0")
    assert int(said["kills"].split(":")[0]) >= 1
    assert int(said["charges"]) >= 8


def test_statements_are_named_by_what_they_do() -> None:
    assert name_of("INSERT INTO orders (id) VALUES ($1)") == "INSERT orders"
    assert name_of("UPDATE stock_levels SET reserved=1") == "UPDATE stock_levels"
    assert name_of("SELECT carts.id \nFROM carts WHERE id = $1 FOR UPDATE") == "LOCK carts"
    assert name_of("SELECT 1") == ""
    assert name_of("ROLLBACK TO SAVEPOINT a") == ""


def test_a_transaction_is_named_by_what_it_wrote_however_its_bytes_come() -> None:
    reading = Postgres()
    sent = _START + simple("BEGIN") + extended("INSERT INTO outbox (id)") + extended("INSERT INTO orders (id)", b"s1")
    sent += simple("COMMIT")

    found = [name for at in range(len(sent)) for name in names(reading, sent[at : at + 1])]

    assert found == ["INSERT outbox", "INSERT orders", "COMMIT place"]


def test_a_prepared_statement_is_known_when_it_comes_again_without_its_text() -> None:
    reading = Postgres()
    reading.feed(_START + extended("UPDATE payments SET state = $1", b"s1"))

    again = message(b"B", b"\0s1\0" + b"\0" * 6) + message(b"E", b"\0" * 5) + message(b"S", b"")

    assert names(reading, again) == ["UPDATE payments"]


def test_nothing_is_added_or_left_out_of_what_goes_by() -> None:
    sent = _START + simple("BEGIN") + extended("INSERT INTO orders (id)") + simple("COMMIT") + message(b"X", b"")
    reading = Postgres()

    assert b"".join(part for at in range(0, len(sent), 7) for _, part in reading.feed(sent[at : at + 7])) == sent


def test_calls_are_named_without_ids_and_bodies_go_by() -> None:
    call = b"POST /stripe/v1/checkout/sessions/cs_test_a1b2c3d4e5f6g7/expire HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd"
    reading = Http()

    assert names(reading, call + b"GET /ups/api/x HTTP/1.1\r\n\r\n") == [
        "stripe POST /v1/checkout/sessions/…/expire",
        "ups GET /api/x",
    ]


class Rows:
    """A fleet of which only the rows of payments matter."""

    def __init__(self, *rows: tuple[object, ...]) -> None:
        self.rows = rows

    def query(self, statement: str) -> list[tuple[object, ...]]:
        return list(self.rows) if "provider = 'stripe'" in statement else []


def charge(payment: str, amount: int) -> tuple[dict[str, object], dict[str, object]]:
    intent = f"pi_{payment}_{amount}"
    made = {"payment_intent": intent, "paid": True, "captured": True, "amount_captured": amount}
    return {"id": intent, "metadata": {"payment": payment}}, made


def judged(rows: list[tuple[object, ...]], *charges: tuple[dict[str, object], dict[str, object]]) -> Counter[str]:
    verdict = Verdict()
    ledger = {
        "payment_intents": [intent for intent, _ in charges], "charges": [made for _, made in charges],
    }  # fmt: skip
    books._judge_money(verdict, Rows(*rows), ledger)
    return Counter({"lost": len(verdict.lost), "doubled": len(verdict.doubled), "wrong": len(verdict.wrong)})


PAID = ("N1", "confirmed", "p1", "paid", 500, 500, 0)


def test_the_books_notice_money_that_is_lost_doubled_or_kept() -> None:
    assert not +judged([PAID], charge("p1", 500))
    assert judged([PAID], charge("p1", 500), charge("p1", 501))["doubled"] == 1
    assert judged([("N1", "placed", "p1", "open", 500, 0, 0)], charge("p1", 500))["lost"] == 1
    assert judged([("N1", "cancelled", "p1", "paid", 500, 500, 0)], charge("p1", 500))["lost"] == 1
    assert judged([], charge("p9", 500))["lost"] == 1
    assert judged([PAID], charge("p1", 400))["lost"] == 1
