"""The commands that are measured: the smallest, one article's new price, and 8-line tickets.

Made by a seed, as the bytes of their bodies: every system and every round gets the same ones.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import orjson

from common import rules, seal
from common.ids import IdMint
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData, begins_with
from common.journal.record import ChainHead, ShopIdentity, SignedRecord, Signer
from common.journal.sale import sale_data
from common.models import Ticket
from common.money import vat_lines
from common.topics import Profile
from kiosk.book import Book
from kiosk.journal import Pen as KioskPen
from kiosk.journal import Writer
from kiosk.outbox_chain import Chain
from tests.bench.shop import Post
from tests.hub.journals import moment_of

TICKET_LINES: Final = 8
PRICED: Final = 500
"""So many articles take turns, more than one group of commands holds."""
PRICES_A_COMMAND: Final = 500


@dataclass(frozen=True, slots=True)
class Workload:
    """Bodies of one command kind, and the profile of the posts that send them.

    `schema`: their schema version; a ticket of 1 is not signed.
    """

    kind: str
    profile: Profile
    bodies: tuple[bytes, ...]
    schema: int = 1


def price_changes(article_ids: tuple[str, ...], count: int, seed: int = 1) -> Workload:
    """Return `count` commands `price.set` of one article each, never to the price it has."""
    rng = Random(seed)
    taking_turns = article_ids[:PRICED]
    bodies = [
        _body(
            mint_id,
            "price.set",
            {
                "prices": [
                    {
                        "article_id": taking_turns[index % len(taking_turns)],
                        # The round is in it, so that no price is set twice in a row.
                        "price_cents": 1000
                        + index // len(taking_turns)
                        + 10_000 * rng.randint(1, 9),
                    }
                ]
            },
        )
        for index, mint_id in zip(range(count), _ids(rng), strict=False)
    ]
    return Workload("price.set", Profile.OFFICE, tuple(bodies))


def new_price_list(article_ids: tuple[str, ...]) -> Workload:
    """Return commands `price.set` that give every article a new price, many in each."""
    rng = Random(1)
    prices = [
        {"article_id": each, "price_cents": 100_000 + i} for i, each in enumerate(article_ids)
    ]
    parts = [
        prices[start : start + PRICES_A_COMMAND]
        for start in range(0, len(prices), PRICES_A_COMMAND)
    ]
    bodies = [
        _body(mint_id, "price.set", {"prices": part})
        for part, mint_id in zip(parts, _ids(rng), strict=False)
    ]
    return Workload("price.set", Profile.OFFICE, tuple(bodies))


def tickets(article_ids: tuple[str, ...], count: int, seed: int = 1) -> Workload:
    """Return `count` commands `sale.record`: eight lines of eight articles, paid in cash."""
    rng = Random(seed)
    ids = _ids(rng)
    bodies = []
    for number in range(1, count + 1):
        ticket = one_ticket(rng, next(ids), number, rng.sample(article_ids, TICKET_LINES))
        bodies.append(_body(next(ids), "sale.record", {"ticket": ticket}))
    return Workload("sale.record", Profile.TILL, tuple(bodies))


def signed_tickets(
    article_ids: tuple[str, ...], posts: Sequence[Post], count: int, seed: int = 1
) -> Workload:
    """Return as many of the same tickets, signed: each post's turn comes after the others'."""
    rng = Random(seed)
    ids = _ids(rng)
    pens = [Pen(post) for post in posts]
    bodies = []
    for number in range(1, count + 1):
        pen = pens[(number - 1) % len(pens)]
        ticket = one_ticket(rng, next(ids), number, rng.sample(article_ids, TICKET_LINES))
        bodies.append(_body(next(ids), "sale.record", {"records": pen.records(ticket)}))
    return Workload("sale.record", Profile.TILL, tuple(bodies), schema=2)


class Pen:
    """A till's pen: it signs as the till does."""

    def __init__(self, post: Post) -> None:
        self._writer = Writer(post.id, post.name, ShopIdentity("Bench"))
        self._signer = Signer(seal.signing_keys_of(bytes.fromhex(post.sign_secret)))
        opened = OpenedData("first")
        chain = Chain(ChainHead(outbox_id()), opened)
        self._book = Book("T01", 1, chain, begins_with(opened))

    def records(self, ticket: Ticket) -> tuple[SignedRecord, ...]:
        """Return the records of a sale, the next of the chain."""
        pen = KioskPen(self._book, moment_of(ticket), self._writer, self._signer)
        pen.write(RecordType.SALE, sale_data(ticket), numbers=1)
        self._book = pen.book
        return tuple(pen.records)


def one_ticket(rng: Random, ticket_id: str, number: int, article_ids: list[str]) -> Ticket:
    """Return a ticket of one line an article, paid in cash."""
    lines = tuple(
        rules.ticket_line(
            article_id,
            f"Article {article_id[-6:]} 500 g",
            1000 * rng.randint(1, 3),
            rng.randint(50, 2000),
            rng.choice((550, 1000, 2000)),
        )
        for article_id in article_ids
    )
    total = rules.total_cents(lines)
    now_ms = time.time_ns() // 1_000_000
    return Ticket(
        id=ticket_id,
        series="T01",
        number=number,
        at_ms=now_ms,
        utc_offset_min=60,
        business_date=rules.business_date(now_ms, 60),
        clock_diff_ms=0,
        operator="",
        location_id="main",
        lines=lines,
        vat=vat_lines((line.vat_bp, line.total_cents) for line in lines),
        payments=(rules.cash(total, total),),
        total_cents=total,
    )


def _ids(rng: Random) -> Iterator[str]:
    mint = IdMint(lambda: time.time_ns() // 1_000_000, rng.randbytes)
    while True:
        yield mint()


def _body(command_id: str, kind: str, args: dict[str, Any]) -> bytes:
    return orjson.dumps({"id": command_id, "kind": kind, "args": args, "operator": ""})


def outbox_id() -> str:
    """Return a fresh outbox id."""
    return seal.random_bytes(16).hex()
