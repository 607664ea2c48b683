"""Who may have what done: every kind of command from every post, by every role, in every way.

The table here is written out by hand. It is what the shop was promised; `COMMANDS` has to say so,
and what the pipeline does has to follow.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from common import messages as m
from common.commands import COMMANDS, CatalogueEntry, CataloguePut, GoodsReceive, Nature, SaleRecord
from common.journal.drawer import CashData, DrawerData, SessionData
from common.journal.duplicate import CopyData
from common.journal.event import EventData, What
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData
from common.journal.record import SignedRecord
from common.journal.void import VoidData, Voided
from common.models import Article, Category, ParkedLine, ParkedTicket, original_of
from common.people import Role
from common.rules import ticket_line
from common.topics import Profile
from hub.records import catalogue, people, sessions
from hub.records.devices import Device
from hub.records.sessions import Permission, Session
from tests.hub.journals import Pen
from tests.hub.people_bench import Staffed, open_staffed
from tests.hub.shop_bench import ShopBench

TILL, DEPOT, OFFICE, CONSOLE = Profile.TILL, Profile.DEPOT, Profile.OFFICE, Profile.CONSOLE
CASHIER, SELLER, STOCK, MANAGER, ADMIN = (
    Role.CASHIER,
    Role.SELLER,
    Role.DEPOT,
    Role.MANAGER,
    Role.ADMIN,
)
RECORDS = {
    RecordType.REFUND: {SELLER, MANAGER, ADMIN},
    RecordType.VOID: {CASHIER, SELLER, MANAGER, ADMIN},
    RecordType.COPY: {CASHIER, SELLER, MANAGER, ADMIN},
    RecordType.DRAWER: {SELLER, MANAGER, ADMIN},
    RecordType.CASH_IN: {CASHIER, SELLER, MANAGER, ADMIN},
    RecordType.CASH_OUT: {MANAGER, ADMIN},
    RecordType.SESSION_OPENED: {CASHIER, SELLER, MANAGER, ADMIN},
    RecordType.X: {CASHIER, SELLER, MANAGER, ADMIN},
    RecordType.Z: {SELLER, MANAGER, ADMIN},
    RecordType.TRAINING: {CASHIER, SELLER, MANAGER, ADMIN},
}
NOTED = "journal.record"
FACTS = {
    "sale.record",
    "goods.receive",
    "customer.put",
    "article.create",
    "ticket.park",
    "ticket.unpark",
    NOTED,
    *(f"{kind}.record" for kind in RECORDS),
}
TOLD = {"article.create"}
"""Facts that the trail tells of though nothing is odd about them."""
MAY: dict[str, tuple[set[Profile], set[Role]]] = {
    "sale.record": ({TILL}, {CASHIER, SELLER, MANAGER, ADMIN}),
    **{f"{kind}.record": ({TILL}, roles) for kind, roles in RECORDS.items()},
    # What a till notes by itself: nobody does it, so that nobody's role counts.
    NOTED: ({TILL}, set()),
    "goods.receive": ({DEPOT, OFFICE}, {STOCK, SELLER, MANAGER, ADMIN}),
    "price.set": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "catalogue.put": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "article.create": ({TILL}, {MANAGER, ADMIN}),
    "category.put": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "category.remove": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "picture.set": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "picture.clear": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "quarantine.retry": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "quarantine.close": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "backup.record": ({CONSOLE}, set()),
    "journal.archived": ({CONSOLE}, set()),
    "person.put": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "price.schedule": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "price.unschedule": ({OFFICE, CONSOLE}, {MANAGER, ADMIN}),
    "ticket.park": ({TILL}, {CASHIER, SELLER, MANAGER, ADMIN}),
    "ticket.recall": ({TILL}, {CASHIER, SELLER, MANAGER, ADMIN}),
    "ticket.unpark": ({TILL}, {CASHIER, SELLER, MANAGER, ADMIN}),
    "customer.put": ({TILL, OFFICE, CONSOLE}, {CASHIER, SELLER, MANAGER, ADMIN}),
    "customer.erase": ({TILL, OFFICE, CONSOLE}, {MANAGER, ADMIN}),
}
DONE = {
    # What each comes to where it may be done: the shop has no such article, quarantine, backup.
    "sale.record": "",
    **{f"{kind}.record": "" for kind in RECORDS},
    NOTED: "",
    "goods.receive": "",
    "price.set": "unknown_article",
    "catalogue.put": "",
    "article.create": "",
    "category.put": "",
    "category.remove": "unknown_category",
    "picture.set": "unknown_article",
    "picture.clear": "",
    "quarantine.retry": "quarantine_unknown",
    "quarantine.close": "quarantine_unknown",
    "backup.record": "backup_of_another",
    "journal.archived": "archive_of_another",
    "person.put": "",
    "price.schedule": "unknown_article",
    "price.unschedule": "unknown_schedule",
    "ticket.park": "",
    "ticket.recall": "unknown_parked",
    "ticket.unpark": "",
    "customer.put": "",
    "customer.erase": "",
}
ODD = {"flag_unknown_article", "flag_refund_unknown", "flag_parked_unknown"}
"""What the papers of these tests are flagged with, whoever made them."""
SHELF = "c" * 32
WAYS = ("live", "none", "foreign", "ended", "offline", "allowed", "forged")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    with open_staffed(tmp_path_factory.mktemp("shop")) as staffed:
        staffed.bench.store.db.execute("PRAGMA synchronous = OFF")
        with staffed.bench.store.group() as db:
            catalogue.put_category(db, Category(SHELF, "Shelf"))
        yield staffed


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> ShopBench:
    """Return who makes tickets and receipts."""
    return ShopBench(tmp_path_factory.mktemp("papers"), articles=())


def a_parked_ticket(parked_id: str) -> ParkedTicket:
    """Return one that may be parked."""
    line = ParkedLine("", "Bread", 1000, 100, 550)
    return ParkedTicket(parked_id, 1, 60, 0, "Amélie", (line,), 100, "")


def arguments(kind: str, papers: ShopBench) -> dict[str, Any]:
    """Return arguments with which a kind may be done."""
    ref = {"outbox": "1" * 32, "n": 1, "body_hash": "2" * 32}
    backup = {"backup": "b" * 32, "made_ms": 1, "file": "/b", "size_bytes": 1, "epoch": "0" * 32}
    archive = {"first": 1, "last": 1, "last_digest": "0" * 64, "manifest": "1" * 64}
    mint = papers.mint()
    entry = CatalogueEntry(mint[-12:], mint[-8:], "All", 100, 550)
    made: dict[str, Callable[[], dict[str, Any]]] = {
        "sale.record": lambda: asdict(SaleRecord(papers.ticket(("", 1000)))),
        "goods.receive": lambda: asdict(GoodsReceive(papers.receipt(("a" * 32, 1000)))),
        "price.set": lambda: {"prices": [{"article_id": "a" * 32, "price_cents": 1}]},
        "catalogue.put": lambda: asdict(CataloguePut((entry,))),
        "category.put": lambda: {"category": {"id": mint, "name": mint}},
        "category.remove": lambda: {"category": mint},
        "picture.set": lambda: {"of": "articles", "id": mint, "content": "AAAA"},
        "picture.clear": lambda: {"of": "categories", "ids": [SHELF]},
        "quarantine.retry": lambda: ref,
        "quarantine.close": lambda: ref,
        "backup.record": lambda: {**backup, "gseq": 1, "heads": {}},
        "journal.archived": lambda: {**archive, "file": "a.zip", "by": "a", "holds": True},
        "price.schedule": lambda: {
            "prices": [{"article_id": "a" * 32, "price_cents": 1, "from_ms": 2**46}]
        },
        "price.unschedule": lambda: {"scheduled": [mint]},
        "ticket.park": lambda: {"ticket": asdict(a_parked_ticket(mint))},
        "ticket.recall": lambda: {"parked": mint},
        "ticket.unpark": lambda: {"parked": mint, "outcome": "dropped"},
        "customer.put": lambda: {"customer": {"id": mint, "name": mint}},
        "customer.erase": lambda: {"customer": mint},
        "article.create": lambda: {
            "article": asdict(Article(mint, mint, SHELF, 100, 550, (mint,)))
        },
        "person.put": lambda: {"person": mint, "name": mint, "role": "cashier"},
    }
    name = "event" if kind == NOTED else kind.removesuffix(".record")
    return made[kind]() if kind in made else recorded(RecordType(name), papers)


def recorded(kind: RecordType, papers: ShopBench) -> dict[str, Any]:
    """Return a till's records of a type, the first ones of a chain."""
    pen = Pen(1, f"d{1:031x}")
    opened = OpenedData("training" if kind is RecordType.TRAINING else "first")
    pen.begin(papers.mint(), opened)
    line = ticket_line("", "Bread", -1000, 100, 550)
    drawer = DrawerData("change")
    write: dict[RecordType, Callable[[], Sequence[SignedRecord]]] = {
        RecordType.REFUND: lambda: pen.refund(
            papers.ticket_of(line), original_of(papers.ticket(("", 1000)))
        ),
        RecordType.VOID: lambda: pen.write(kind, VoidData(Voided.LINE, (line,), -100, "none")),
        RecordType.COPY: lambda: pen.write(
            kind, CopyData(original_of(papers.ticket(("", 1000))), 1)
        ),
        RecordType.DRAWER: lambda: pen.write(kind, drawer),
        RecordType.CASH_IN: lambda: pen.write(kind, CashData(1, "change")),
        RecordType.CASH_OUT: lambda: pen.write(kind, CashData(1, "bank")),
        RecordType.SESSION_OPENED: lambda: pen.write(kind, SessionData(10_000)),
        RecordType.X: lambda: pen.report(kind),
        RecordType.Z: lambda: pen.report(kind, 0),
        RecordType.EVENT: lambda: pen.write(kind, EventData(What.LOGOUT, 1)),
        RecordType.TRAINING: lambda: pen.write(RecordType.DRAWER, drawer),
    }
    return {"records": [asdict(signed) for signed in write[kind]()]}


def opened(shop: Staffed, device: Device, role: Role, ended: bool = False) -> str:
    """Open a session as a log-in does; return its secret."""
    secret = shop.mint()
    now_ms = shop.bench.hand.wall_ms()
    person, token = shop.person[role], sessions.token_of(secret)
    # One that ended so long ago that no fact of now was made in it.
    start_ms, end_ms = now_ms - 9_000_000, now_ms - 8_000_000 if ended else None
    session = Session(token, person, device.id, role, start_ms, now_ms + 9_000_000, end_ms)
    with shop.bench.store.group() as db:
        sessions.add(db, session)
    return secret


def allowed(shop: Staffed, session: str, kind: str, by: Role = Role.ADMIN) -> str:
    """Allow one action as an override does; return its secret."""
    secret = shop.mint()
    token, until_ms = sessions.token_of(secret), shop.bench.hand.wall_ms() + 1000
    with shop.bench.store.group() as db:
        permission = Permission(token, sessions.token_of(session), shop.person[by], kind, until_ms)
        sessions.add_permission(db, permission)
    return secret


def body_of(way: str, shop: Staffed, device: Device, role: Role, kind: str) -> dict[str, Any]:
    """Return what stands in a command's body beside its arguments."""
    person = shop.person[role]
    if way == "none":
        return {"person": person}
    if way == "offline":
        return {"person": person, "offline": True}
    if way == "foreign":
        return {"session": opened(shop, shop.till2, role), "person": person}
    if way == "forged":
        return {"session": "f" * 32, "override": "f" * 32, "person": person}
    session = opened(shop, device, role, ended=way == "ended")
    body = {"session": session, "person": person}
    return {**body, "override": allowed(shop, session, kind)} if way == "allowed" else body


def expected(kind: str, profile: Profile, role: Role, way: str) -> tuple[str, str, list[str]]:
    """Return (status, code, flags)."""
    profiles, roles = MAY[kind]
    done = ("refused" if DONE[kind] else "accepted", DONE[kind], list[str]())
    if profile not in profiles:
        status = "quarantined" if kind in FACTS else "refused"
        return status, "profile_not_allowed", []
    if profile is CONSOLE or kind == NOTED:
        return done
    fits = role in roles or way == "allowed"
    if kind in FACTS:
        flag = {
            "none": "no_session",
            "forged": "no_session",
            "ended": "no_session",
            "foreign": "session_of_another",
            "offline": "offline_session" if fits else "role_not_allowed",
        }.get(way, "" if fits else "role_not_allowed")
        return "accepted", "", [flag] if flag else []
    code = {
        "none": "login_needed",
        "forged": "login_needed",
        "foreign": "login_needed",
        "ended": "session_ended",
        "offline": "offline_session",
    }.get(way, "" if fits else "not_allowed")
    return ("refused", code, []) if code else done


def test_the_table_is_what_was_promised() -> None:
    assert {name: (set(kind.profiles), set(kind.roles)) for name, kind in COMMANDS.items()} == MAY
    assert {n for n, kind in COMMANDS.items() if kind.nature is Nature.FACT} == FACTS


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("kind", COMMANDS)
def test_every_role_in_every_way(
    shop: Staffed, papers: ShopBench, kind: str, profile: Profile
) -> None:
    device = shop.devices[profile]
    # Another hour: of one device and code not more is told than `trail.NO_MORE`.
    shop.bench.hand.now_s += 3601
    for role in Role:
        for way in WAYS:
            before = len(shop.trail(kind))
            body = body_of(way, shop, device, role, kind)
            reply = shop.send(device, kind, arguments(kind, papers), **body)
            status, code, flags = expected(kind, profile, role, way)
            seen = (reply.status.value, reply.code, [f for f in reply.flags if f not in ODD])
            assert seen == (status, code, flags), (role, way)
            denied = code and code != DONE[kind]
            # Whatever was denied or odd is told, and whatever managing took effect.
            told = denied or (flags and flags != ["offline_session"])
            effect = status == "accepted" and kind not in FACTS - TOLD
            assert len(shop.trail(kind)) == before + bool(told) + effect, (role, way)
            if told:
                assert shop.trail(kind)[-1][3] in (code, *flags)


def test_without_any_pin_the_profile_alone_decides(tmp_path: Path, papers: ShopBench) -> None:
    with open_staffed(tmp_path) as shop:
        with shop.bench.store.group() as db:
            db.execute("DELETE FROM pin")
            catalogue.put_category(db, Category(SHELF, "Shelf"))
        assert not people.has_pins(shop.bench.store.db)
        # A new process: once roles decide, they do for as long as it runs.
        shop.bench.restart_pipeline()
        for kind, (profiles, _) in MAY.items():
            for profile, device in shop.devices.items():
                reply = shop.send(device, kind, arguments(kind, papers))
                code = DONE[kind] if profile in profiles else "profile_not_allowed"
                assert (reply.code, [f for f in reply.flags if f not in ODD]) == (code, [])


@pytest.mark.parametrize(
    ("actor", "before", "after", "may"),
    [
        (MANAGER, None, CASHIER, True),
        (MANAGER, None, MANAGER, False),
        (MANAGER, CASHIER, ADMIN, False),
        (MANAGER, ADMIN, CASHIER, False),
        (MANAGER, MANAGER, MANAGER, False),
        (ADMIN, MANAGER, ADMIN, True),
        (ADMIN, None, ADMIN, True),
    ],
)
def test_who_may_make_whom(
    shop: Staffed, actor: Role, before: Role | None, after: Role, may: bool
) -> None:
    person = shop.mint()
    if before is not None:
        args = {"person": person, "name": person, "role": before}
        assert shop.send(shop.console, "person.put", args).code == ""
    session = opened(shop, shop.office, actor)
    args = {"person": person, "name": person, "role": after}
    reply = shop.send(shop.office, "person.put", args, session=session)
    assert reply.code == ("" if may else "may_not_administer")


def test_an_operation_that_was_late_is_judged_by_when_it_happened(
    shop: Staffed, papers: ShopBench
) -> None:
    session = opened(shop, shop.till, CASHIER)
    ticket = asdict(SaleRecord(papers.ticket(("", 1000))))
    made = shop.mint()
    shop.bench.hand.now_s += 60
    shop.ask(shop.till, m.Logout(session))
    shop.bench.hand.now_s += 7200
    late = shop.send(shop.till, "sale.record", ticket, session=session, id=made)
    assert (late.status.value, late.flags) == ("accepted", ())
    after = asdict(SaleRecord(papers.ticket(("", 1000))))
    assert shop.send(shop.till, "sale.record", after, session=session).flags == ("no_session",)


def test_a_paper_in_anothers_name_is_flagged(shop: Staffed, papers: ShopBench) -> None:
    session = opened(shop, shop.till, CASHIER)
    for operator, flags in ((CASHIER, ()), (MANAGER, ("session_of_another",))):
        ticket = papers.ticket(("", 1000), operator_id=shop.person[operator])
        reply = shop.send(shop.till, "sale.record", asdict(SaleRecord(ticket)), session=session)
        assert reply.flags == flags


def test_of_many_such_facts_one_an_hour_is_an_alert(shop: Staffed, papers: ShopBench) -> None:
    def alerts() -> int:
        found = shop.bench.store.db.execute("SELECT count(*) FROM alert WHERE code = 'no_session'")
        return int(found.fetchone()[0])

    shop.bench.hand.now_s += 3601
    before = alerts()
    for _ in range(3):
        ticket = asdict(SaleRecord(papers.ticket(("", 1000))))
        assert shop.send(shop.till, "sale.record", ticket).flags == ("no_session",)
    assert alerts() == before + 1
