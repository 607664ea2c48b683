"""A healthy hub's database with something in every table, for tests that damage it."""

import base64
from collections.abc import Sequence
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from common.commands import (
    BackupRecord,
    CategoryPut,
    CategoryRemove,
    CustomerErase,
    CustomerPut,
    NewPrice,
    PersonPut,
    PictureClear,
    PictureSet,
    PlannedPrice,
    PriceSchedule,
    PriceSet,
    SaleRecord,
    SaleSigned,
    TicketPark,
    TicketUnpark,
    TillRecords,
    Unparked,
)
from common.journal.customer import opening_of, reference
from common.journal.drawer import DrawerData
from common.journal.kinds import RecordType
from common.models import Article, Category, Customer, ParkedLine, ParkedTicket, Ticket, original_of
from common.people import Role
from common.pictures import SIDE, Pictured
from common.rules import refund_line, ticket_line
from common.topics import Profile
from hub.changes import Draft
from hub.config import KeepSettings, PeopleSettings
from hub.login_outcomes import NewPin, write_pin
from hub.records import attempts, backups, sessions
from hub.records.sessions import Permission, Session
from hub.register import Register
from hub.upkeep import DAY_MS, Upkeep
from tests.hub.journals import Pen
from tests.hub.papers import lines_of, receipt, sale, ticket
from tests.hub.shop import Post, Shop, goods

KEEP = KeepSettings(window_days=7, log_changes=100)
VERIFIER = (
    "$argon2id$v=19$m=8,t=1,p=1$A9ACotZbboPnUINLnVPQdg$WY1n4de6MY/Qu5uQJTQNWx/LQHa0vycOqYmIevG5s9k"
)


def make_sample(folder: Path) -> Path:
    """Make a shop of a few days: sold, delivered, repriced, flagged, quarantined, backed up.

    One till signs, the other is of an older release. The first days have left the windows, and the
    log was cut. Returns the closed file's path.
    """
    shop = Shop(folder)
    shop.hurry()
    till, till2 = shop.post(Profile.TILL, 1), shop.post(Profile.TILL, 2)
    pen = Pen(2, till2.device.id)
    depot, office = shop.post(Profile.DEPOT, 3), shop.post(Profile.OFFICE, 4)
    articles = shop.stock(goods(12))
    tickets: list[Ticket] = []
    for day in range(3):
        for number in range(1, 7):
            for post in (till, till2):
                sold = articles[number % 12], articles[(number + day) % 12]
                lines = lines_of((sold[0], 1000), (sold[1], 500))
                paid = ticket(post, day * 12 + number, lines, at_ms=shop.clock.ms)
                if post is till2:
                    tickets.append(paid)
                    shop.accept(post.send("sale.record", pen.sale(paid), 2))
                else:
                    shop.accept(post.send("sale.record", SaleRecord(paid)))
                shop.clock.pass_s(60)
                post.acked = post.n
        shop.accept(depot.send("goods.receive", receipt(depot, (articles[day], 3000))))
        price = PriceSet((NewPrice(articles[day].id, 777 + day),))
        shop.accept(office.send("price.set", price))
        shop.clock.pass_s(4 * DAY_MS / 1000)
    _give_back(shop, till2, pen, tickets[-1])
    odd = asdict(sale(till, 99, (articles[0], 1000)))
    odd["ticket"]["total_cents"] += 1
    shop.accept(till.send("sale.record", odd))
    shop.replies(till.send_bytes(b"{}"), till2.send_bytes(b"[1]"))
    shop.replies(office.send("price.set", PriceSet((NewPrice("f" * 32, 5),))))
    _park(shop, till, till2)
    _picture(shop, office, articles)
    _mistype(shop, office)
    planned = PlannedPrice(articles[0].id, 999, shop.clock.ms + 30 * DAY_MS)
    shop.accept(office.send("price.schedule", PriceSchedule((planned,))))
    _name_customers(shop, till2, pen)
    _hire(shop, till)
    _change_doors(shop, depot, shop.post(Profile.TILL, 5), till)
    _tidy(shop)
    _back_up(shop, "b1" * 16)
    _back_up(shop, "b2" * 16)
    shop.close()
    return shop.path


def _give_back(shop: Shop, till: Post, pen: Pen, sold: Ticket) -> None:
    """Let a till give a ticket back, open its drawer, practise, and end its cash session."""
    lines = [refund_line(line, line.quantity_milli) for line in sold.lines]
    back = ticket(till, 99, lines, at_ms=shop.clock.ms)
    for kind, records in (
        ("refund", pen.refund(back, original_of(sold))),
        ("drawer", pen.write(RecordType.DRAWER, DrawerData("change"))),
        ("z", pen.report(RecordType.Z, counted_cents=0)),
    ):
        shop.accept(till.send(f"{kind}.record", TillRecords(tuple(records))))


def _picture(shop: Shop, office: Post, articles: Sequence[Article]) -> None:
    """Let articles and a category have pictures, one the same, and one that was taken away."""
    shades = [(Pictured.ARTICLES, articles[place].id, place % 2) for place in range(3)]
    for of, row_id, shade in (*shades, (Pictured.CATEGORIES, articles[0].category_id, 3)):
        image = BytesIO()
        Image.new("RGB", (SIDE, SIDE), (60 * shade, 90, 120)).save(image, "JPEG")
        content = base64.b64encode(image.getvalue()).decode()
        shop.accept(office.send("picture.set", PictureSet(of, row_id, content)))
    shop.accept(office.send("picture.clear", PictureClear(Pictured.ARTICLES, (articles[2].id,))))


def _mistype(shop: Shop, office: Post) -> None:
    """Let there be a category by mistake, and be removed."""
    mistyped = Category("ca" * 16, "Boisons", rank=1)
    shop.accept(office.send("category.put", CategoryPut(mistyped)))
    shop.accept(office.send("category.remove", CategoryRemove(mistyped.id)))


def _park(shop: Shop, till: Post, other: Post) -> None:
    """Let baskets be parked: one that is over, one that waits, one in hand, one taken twice."""
    for number, outcomes in enumerate((("taken", "sold"), (), ("taken",), ("taken", "also"))):
        line = ParkedLine("", "Divers", 1000, 100 + number, 2000)
        basket = ParkedTicket(till.mint(), shop.clock.ms, 60, 0, "Amélie", (line,), 100 + number)
        shop.accept(till.send("ticket.park", TicketPark(basket)))
        for outcome in outcomes:
            post = other if outcome == "also" else till
            how = Unparked.TAKEN if outcome == "also" else Unparked(outcome)
            shop.accept(post.send("ticket.unpark", TicketUnpark(basket.id, how)))


def _name_customers(shop: Shop, till: Post, pen: Pen) -> None:
    """Let a till sell to somebody, and somebody else be forgotten."""
    known, gone = Customer("c1" * 16, "Amélie", "0612345678"), Customer("c2" * 16, "Paul")
    for customer in (known, gone):
        shop.accept(till.send("customer.put", CustomerPut(customer)))
    opening = opening_of(known, bytes(range(32)))
    line = ticket_line("", "Cake", 1000, 2500, 550)
    paid = ticket(till, 98, (line,), at_ms=shop.clock.ms)
    paid = replace(paid, customer=reference(opening), note="Birthday")
    sold = SaleSigned(tuple(pen.records(paid)), opening)
    shop.accept(till.send("sale.record", sold, 2))
    shop.accept(shop.console.send("customer.erase", CustomerErase(gone.id)))


def _hire(shop: Shop, post: Post) -> None:
    """Let two people be there, one with a PIN, who logged in and had something allowed."""
    people = ("a1" * 16, Role.CASHIER), ("a2" * 16, Role.MANAGER)
    for person, role in people:
        shop.accept(shop.console.send("person.put", PersonPut(person, f"A {role}", role)))
    draft: Draft = shop.log.draft()
    gseq, now_ms, person = shop.log.gseq + 1, shop.clock.ms, people[0][0]
    entries = shop.journal.draft()
    with shop.store.group() as db:
        new = NewPin(person, VERIFIER, now_ms, shop.console.device.id)
        write_pin(db, draft, entries, new)
        entries.write(shop.log.epoch, now_ms)
        device, day_ms = post.device.id, now_ms + DAY_MS
        token, other = sessions.token_of("1"), sessions.token_of("2")
        sessions.add(db, Session(token, person, device, Role.CASHIER, now_ms, day_ms))
        sessions.add_permission(db, Permission(other, token, people[1][0], "price.set", day_ms))
        attempts.put(db, person, device, attempts.Tally(2, now_ms, now_ms))
        draft.write(gseq)
    shop.log.committed(draft, gseq)
    shop.journal.committed(entries)


def _change_doors(shop: Shop, back: Post, out: Post, rekeyed: Post) -> None:
    """Take one post out and let it in again, take another one out, let a third have a new key."""
    register, now_ms = Register(shop.store, shop.journal), shop.clock.ms
    register.revoke(back.device.id, "Amélie", now_ms)
    register.reinstate(back.device.id, now_ms + 1)
    register.revoke(out.device.id, "Amélie", now_ms)
    register.ask_new_key(rekeyed.device.id, now_ms)
    register.put_new_key(rekeyed.device.id, bytes(range(32)))


def _tidy(shop: Shop) -> None:
    trail = PeopleSettings(audit_rows=3)
    upkeep = Upkeep(shop.store, shop.log, KEEP, shop.clock.now_ms, trail)
    for _ in range(5):
        upkeep.turn()


def _back_up(shop: Shop, backup_id: str) -> None:
    heads = backups.kiosk_heads(shop.store.db, 100)
    args = BackupRecord(
        backup_id,
        shop.clock.ms,
        f"/nowhere/{backup_id}.db",
        4096,
        shop.log.epoch,
        shop.log.gseq,
        heads,
    )
    shop.accept(shop.console.send("backup.record", args))
