"""The session of a post whose hub is not there: everything works, nothing is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.commands import NewPrice, PriceSet
from common.errors import Refusal
from common.messages import Change
from common.models import Payment, ReceiptLine, ScheduledPrice, TicketLine, encode_row
from common.rules import ticket_is_sound, ticket_line
from common.topics import TOPICS_OF, Profile
from kiosk.device import device_file, write_device
from kiosk.keys import new_keys, write_keys
from kiosk.opening import open_session
from kiosk.replica import Replica
from kiosk.session import Session
from kiosk.state import LinkStatus
from tests.kiosk.post import (
    BOX,
    NOW_MS,
    OTHER,
    HandClocks,
    device,
    keep_store_key,
    seeded_bytes,
)
from tests.kiosk.shop_rows import article, level, uid

LINES = (ticket_line(uid(1), "Baguette", 2000, 120, 550, "3257980128340"),)
CARD = (Payment("card", 240, 240),)


def stock_up(folder: Path) -> None:
    """Leave a replica of some rows, as a hub that has gone would."""
    keep_store_key(folder)
    replica = Replica(folder / "replica.db", "", BOX)
    for topic, row in (
        ("articles", article(1, codes=("3257980128340",))),
        ("stock", level(1, 10_000)),
    ):
        replica.apply(topic, 1, [Change(row.id, encode_row(row), OTHER, 1)])
    replica.cover("sales", 0)
    replica.close()


Opener = Callable[..., Session]


@pytest.fixture
def open_post(tmp_path: Path) -> Iterator[Opener]:
    """Return a way to start the post of the test's folder, paired with a hub that is away."""
    sessions: list[Session] = []

    def start(profile: Profile = Profile.TILL, hand: HandClocks | None = None) -> Session:
        if not device_file(tmp_path).exists():
            write_keys(tmp_path, new_keys())
            write_device(tmp_path, device(profile))
            stock_up(tmp_path)
        sessions.append(
            open_session(tmp_path, (hand or HandClocks()).clocks, seeded_bytes(len(sessions)))
        )
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()


def test_a_card_that_was_taken_outlives_the_till_until_a_ticket_holds_it(
    open_post: Opener,
) -> None:
    first = open_post()
    for reference in ("p1", "p2"):
        first.devices.cards.pay(240, reference)
        first.poll()
        first.devices.cards.confirm(True)
    first.sell(LINES, CARD)  # And here it died, before it noted that.
    first.close()
    second = open_post()
    (left,) = second.devices.cards.left()
    assert (left.asked.reference, left.asked.amount_cents) == ("p2", 240)
    second.devices.cards.drop("p2")
    second.close()
    assert open_post().devices.cards.left() == ()


def test_a_sale_is_a_whole_ticket_and_shows_at_once(open_post: Opener) -> None:
    session = open_post()
    session.poll()
    ticket = session.sell(LINES, CARD)
    assert ticket_is_sound(ticket)
    assert (ticket.series, ticket.number) == (session.state.device.series, 1)
    assert (ticket.at_ms, ticket.business_date) == (NOW_MS, "2026-03-03")
    assert session.last_n == 1
    assert session.state.waiting == 1
    assert session.catalogue.stock_milli(uid(1)) == 8000
    assert session.catalogue.is_pending(uid(1))
    assert [sold.ticket for sold in session.catalogue.sales(5)] == [ticket]
    update = session.poll()
    assert update.touched["stock"] == {level(1, 0).id}
    assert update.touched["sales"] == {ticket.id}
    assert update.state_changed
    assert not session.poll().state_changed


def test_what_was_sold_offline_is_there_after_a_restart(open_post: Opener) -> None:
    first = open_post()
    tickets = [first.sell(LINES, CARD) for _ in range(3)]
    series = first.state.device.series
    first.close()
    second = open_post()
    assert second.state.waiting == 3
    assert second.state.device.series == series
    assert second.catalogue.stock_milli(uid(1)) == 4000
    assert {sold.ticket.id for sold in second.catalogue.sales(9)} == {t.id for t in tickets}
    assert second.sell(LINES, CARD).number == 4


def test_a_sale_that_is_refused_leaves_no_trace(open_post: Opener) -> None:
    session = open_post()
    for lines, payments in ((LINES, ()), ((), CARD)):
        with pytest.raises(Refusal):
            session.sell(lines, payments)
    assert (session.state.waiting, session.last_n) == (0, 0)
    assert session.catalogue.stock_milli(uid(1)) == 10_000
    assert session.sell(LINES, CARD).number == 1


def test_a_full_disk_is_said_and_the_ticket_is_not_made(open_post: Opener) -> None:
    session = open_post()
    session.sell(LINES, CARD)
    connection = session._outbox._database.connection
    connection.execute("PRAGMA max_page_count = 1").fetchone()
    many: tuple[TicketLine, ...] = LINES * 400
    with pytest.raises(Refusal) as caught:
        session.sell(many, (Payment("card", 240 * 400, 240 * 400),))
    assert caught.value.problem.code == "disk_full"
    assert session.state.waiting == 1
    assert session.catalogue.stock_milli(uid(1)) == 8000
    connection.execute("PRAGMA max_page_count = 1073741823").fetchone()
    assert session.sell(LINES, CARD).number == 2


def test_a_clock_that_goes_back_keeps_ids_and_numbers_in_order(open_post: Opener) -> None:
    hand = HandClocks()
    session = open_post(hand=hand)
    first = session.sell(LINES, CARD)
    hand.set_wall(NOW_MS - 86_400_000)
    second = session.sell(LINES, CARD)
    assert second.id > first.id
    assert second.number == first.number + 1
    assert second.at_ms == NOW_MS - 86_400_000


def test_a_depot_takes_goods_in_and_sells_nothing(open_post: Opener) -> None:
    session = open_post(Profile.DEPOT)
    receipt = session.receive((ReceiptLine(uid(1), 24_000),), "two crates")
    assert session.catalogue.stock_milli(uid(1)) == 34_000
    assert [taken.receipt for taken in session.catalogue.deliveries(5)] == [receipt]
    with pytest.raises(Refusal) as caught:
        session.sell(LINES, CARD)
    assert caught.value.problem.code == "profile_not_allowed"


@pytest.mark.parametrize(
    ("kind", "args", "code"),
    [
        ("price.set", {"prices": []}, "malformed"),
        ("price.set", {"prices": [{"article_id": uid(1), "price_cents": -1}]}, "malformed"),
        ("price.set", {}, "malformed"),
        ("price.burn", {}, "unknown_command"),
        ("sale.record", {}, "profile_not_allowed"),
    ],
)
def test_a_command_that_no_hub_would_take_is_refused(
    open_post: Opener, kind: str, args: dict[str, Any], code: str
) -> None:
    session = open_post(Profile.OFFICE)
    with pytest.raises(Refusal) as caught:
        session.send(kind, args)
    assert caught.value.problem.code == code
    assert session.state.waiting == 0


def test_a_command_is_queued_as_a_mapping_or_as_its_value(open_post: Opener) -> None:
    session = open_post(Profile.OFFICE)
    plain = {"prices": [{"article_id": uid(1), "price_cents": 130}]}
    assert session.send("price.set", plain) == 1
    assert session.send("price.set", PriceSet((NewPrice(uid(1), 140),))) == 2
    assert session.state.waiting == 2


def test_it_says_who_it_is_and_how_it_stands(open_post: Opener) -> None:
    session = open_post()
    state = session.state
    assert (state.device.name, state.device.number) == ("Caisse 7", 7)
    assert state.device.profile is Profile.TILL
    assert (state.link, state.waiting, state.quarantined) == (LinkStatus.OFFLINE, 0, 0)
    assert session.topics == TOPICS_OF[Profile.TILL]
    assert session.stand("stock").tseq == 1
    assert len(session.read("stock").rows) == session.count("stock") == 1
    with pytest.raises(KeyError):
        session.read("takings")
    assert session.take_notices() == []


def test_screens_are_woken_by_what_they_do_themselves(open_post: Opener) -> None:
    session = open_post()
    wakes: list[int] = []
    session.on_wake = lambda: wakes.append(1)
    session.sell(LINES, CARD)
    assert wakes
    session.on_wake = None
    session.sell(LINES, CARD)


def test_a_price_to_come_holds_at_its_moment_without_the_hub(
    open_post: Opener, tmp_path: Path
) -> None:
    hand = HandClocks()
    planned = ScheduledPrice(uid(9), uid(1), 150, hand.wall + 2_000)
    first = open_post(hand=hand)
    outbox = first.outbox
    first.close()
    replica = Replica(tmp_path / "replica.db", outbox, BOX)
    replica.apply("prices", 1, [Change(planned.id, encode_row(planned), OTHER, 1)])
    replica.close()
    session = open_post(hand=hand)
    session.poll()
    assert session.due_in_s == 2.0
    hand.sleep(1.9)
    session.poll()
    before = session.catalogue.article(uid(1))
    hand.sleep(0.1)
    assert session.poll().touched["articles"] == {uid(1)}
    after = session.catalogue.article(uid(1))
    assert before is not None
    assert after is not None
    assert (before.price_cents, after.price_cents) == (120, 150)


def test_a_folder_has_one_session_at_a_time(open_post: Opener, tmp_path: Path) -> None:
    first = open_post()
    with pytest.raises(Refusal) as caught:
        open_session(tmp_path)
    assert caught.value.problem.code == "folder_in_use"
    first.close()
    open_post()


def test_a_post_that_is_not_paired_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        open_session(tmp_path)
    assert caught.value.problem.code == "not_paired"


def test_what_was_put_right_at_the_start_is_said_once(open_post: Opener, tmp_path: Path) -> None:
    open_post().close()
    (tmp_path / "keys").chmod(0o755)
    (tmp_path / "replica.db").write_bytes(b"not a database " * 500)
    session = open_post()
    codes = [problem.code for problem in session.take_notices()]
    assert codes == ["keys_were_readable", "replica_rebuilt"]
    assert session.take_notices() == []
    assert session.catalogue.article_count == 0


def test_a_start_that_fails_lets_go_of_the_folder(open_post: Opener, tmp_path: Path) -> None:
    open_post().close()
    key = tmp_path / "keys" / "sign.key"
    kept = key.read_bytes()
    key.write_bytes(b"damaged")
    with pytest.raises(Refusal) as caught:
        open_session(tmp_path)
    assert caught.value.problem.code == "unreadable_device"
    key.write_bytes(kept)
    open_post()
