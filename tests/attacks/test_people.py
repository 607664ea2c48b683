"""What somebody at a post could try, to act as somebody else or find a PIN."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import zmq
from shop_processes import HubProcess
from zmq.utils import z85

from common import messages as m
from common import wire
from common.commands import SaleRecord
from common.people import Role
from common.topics import Profile
from hub.key_files import read_keys
from hub.logins import JOBS
from hub.records.devices import Device
from hub.records.trail import NO_MORE
from hub.tries import DELAY_MOST_MS
from kiosk.keys import read_keys as read_post_keys
from tests.hub.people_bench import PINS, Staffed, open_staffed
from tests.hub.shop_bench import ShopBench
from tests.net.conftest import Street, street

pytestmark = [pytest.mark.attack]
__all__ = ["street"]
PRICES = {"prices": [{"article_id": "a" * 32, "price_cents": 1}]}
# What a price for an article that is not there comes to, once it may be set at all.
MAY = "unknown_article"
DAY_S = 86_400.0
PATIENCE_MS = 30_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Staffed]:
    with open_staffed(tmp_path) as staffed:
        staffed.bench.store.db.execute("PRAGMA synchronous = OFF")
        yield staffed


@pytest.fixture
def papers(tmp_path: Path) -> ShopBench:
    """Return who makes tickets."""
    folder = tmp_path / "papers"
    folder.mkdir()
    return ShopBench(folder, articles=())


def guess(shop: Staffed, device: Device, role: Role, pin: str = "999111") -> Any:
    """Return the answer to a PIN."""
    return shop.login(device, role, pin)


def hammer(shop: Staffed, devices: list[Device], role: Role, seconds: float) -> int:
    """Try a wrong PIN at each device as soon as the hub allows it; return how many were checked."""
    before, end_s = shop.checked, shop.bench.hand.now_s + seconds
    while shop.bench.hand.now_s < end_s:
        waits = []
        for device in devices:
            answer = guess(shop, device, role)
            assert answer.code in ("wrong_pin", "too_many_tries")
            waits.append(answer.params["retry_ms"])
        shop.bench.hand.now_s += max(min(waits) / 1000, 0.1)
    return shop.checked - before


# Sessions.


def test_a_session_of_another_device(shop: Staffed, papers: ShopBench) -> None:
    """A till uses the session of a manager at the office: its requests are refused as of nobody,
    its sales are flagged for a manager."""
    stolen = shop.session(shop.office, Role.MANAGER)
    other = shop.bench.enrol(9, Profile.OFFICE)
    assert shop.send(other, "price.set", PRICES, session=stolen).code == "login_needed"
    sale = asdict(SaleRecord(papers.ticket(("", 1000))))
    assert "session_of_another" in shop.send(shop.till, "sale.record", sale, session=stolen).flags
    assert shop.send(shop.office, "price.set", PRICES, session=stolen).code == MAY


def test_a_session_that_was_made_up(shop: Staffed) -> None:
    """Somebody makes up sessions, or sends the hub's own hash of one: login_needed, each time."""
    shop.session(shop.office, Role.MANAGER)
    (token,) = shop.bench.store.db.execute("SELECT token FROM session").fetchone()
    for session in ("", "0" * 32, "f" * 32, token.hex()[:32], token.hex(), "x" * 64):
        reply = shop.send(shop.office, "price.set", PRICES, session=session)
        assert reply.code == "login_needed"


def test_naming_somebody_else(shop: Staffed) -> None:
    """A cashier's session with the manager's name in the body: the session decides, not_allowed."""
    session = shop.session(shop.office, Role.CASHIER)
    body = {"session": session, "person": shop.person[Role.MANAGER], "operator": "The manager"}
    assert shop.send(shop.office, "price.set", PRICES, **body).code == "not_allowed"
    offline = {"person": shop.person[Role.ADMIN], "offline": True}
    assert shop.send(shop.office, "price.set", PRICES, **offline).code == "offline_session"


def test_a_session_after_its_end(shop: Staffed) -> None:
    """A session is used after log-out, and after its person has left: session_ended."""
    session = shop.session(shop.office, Role.MANAGER)
    shop.ask(shop.office, m.Logout(session))
    assert shop.send(shop.office, "price.set", PRICES, session=session).code == "session_ended"
    session = shop.session(shop.office, Role.MANAGER)
    gone = {"person": shop.person[Role.MANAGER], "name": "M", "role": "manager", "active": False}
    shop.send(shop.console, "person.put", gone)
    assert shop.send(shop.office, "price.set", PRICES, session=session).code == "session_ended"


# Permissions.


def test_a_permission_that_was_made_up_or_used(shop: Staffed) -> None:
    """A permission is made up, used twice, or used for another kind: grant_unusable."""
    session = shop.session(shop.office, Role.SELLER)
    entry = {"code": "1", "name": "A", "category": "C", "price_cents": 1, "vat_bp": 550}
    articles = {"entries": [entry]}
    forged = {"session": session, "override": "a" * 32}
    assert shop.send(shop.office, "catalogue.put", articles, **forged).code == "grant_unusable"
    granted = shop.override(shop.office, Role.MANAGER, "catalogue.put", session)
    body = {"session": session, "override": granted.grant}
    assert shop.send(shop.office, "price.set", PRICES, **body).code == "grant_unusable"
    assert shop.send(shop.office, "catalogue.put", articles, **body).code == ""
    assert shop.send(shop.office, "catalogue.put", articles, **body).code == "grant_unusable"


def test_a_permission_of_another_session(shop: Staffed) -> None:
    """A permission that somebody else was given is used in one's own session: grant_unusable."""
    session = shop.session(shop.office, Role.SELLER)
    granted = shop.override(shop.office, Role.MANAGER, "price.set", session)
    mine = shop.session(shop.office, Role.CASHIER)
    body = {"session": mine, "override": granted.grant}
    assert shop.send(shop.office, "price.set", PRICES, **body).code == "grant_unusable"


def test_to_make_oneself_an_administrator(shop: Staffed) -> None:
    """A manager makes administrators, sets their PINs, or hides such a command in quarantine for
    an honest retry: may_not_administer, each time."""
    session = shop.session(shop.office, Role.MANAGER)
    me = {"person": shop.person[Role.MANAGER], "name": "The manager", "role": "admin"}
    reply = shop.send(shop.office, "person.put", me, session=session)
    assert reply.code == "may_not_administer"
    answer = shop.set_pin(shop.office, shop.person[Role.ADMIN], "73190", session)
    assert answer.code == "may_not_administer"
    hidden = shop.send(shop.office, "person.put", me, session=session, schema=99)
    assert hidden.status is m.Status.QUARANTINED
    # A schema that this hub gets to know by an update: here its bytes are put right by hand.
    with shop.bench.store.group() as db:
        db.execute("UPDATE quarantine SET schema = 1")
    retry = shop.send(shop.office, "quarantine.retry", shop.quarantined(), session=session)
    assert retry.code == "may_not_administer"
    assert shop.named(Role.MANAGER).role is Role.MANAGER


def test_filling_the_audit_trail(shop: Staffed) -> None:
    """A post sends denied commands without end, to push out what the audit trail says of others:
    100 an hour are told, and one that there were more."""
    before = len(shop.trail())
    for _ in range(300):
        shop.send(shop.office, "price.set", PRICES)
    assert len(shop.trail()) == before + NO_MORE + 1
    shop.bench.hand.now_s += 3601
    shop.send(shop.office, "price.set", PRICES)
    assert len(shop.trail()) == before + NO_MORE + 2


# PINs.


def test_guessing_at_one_device_for_a_day(shop: Staffed) -> None:
    """A wrong PIN as often as the hub lets it, at one till for a day: 16 checks at most in the
    first hour, 4 an hour from then on, alerts, and others log in there meanwhile."""
    first = hammer(shop, [shop.till], Role.CASHIER, 3600.0)
    later = hammer(shop, [shop.till], Role.CASHIER, DAY_S - 3600.0)
    assert first <= 16
    assert later <= (DAY_S - 3600) * 1000 / DELAY_MOST_MS + 1
    assert isinstance(guess(shop, shop.till, Role.SELLER, PINS[Role.SELLER]), m.LoggedIn)
    alerts = shop.bench.store.db.execute("SELECT count(*) FROM alert WHERE code = 'pin_tried'")
    assert alerts.fetchone()[0] == (first + later) // 5


def test_guessing_at_many_devices(shop: Staffed) -> None:
    """The same PIN is guessed at 20 tills at once: they are slowed as one."""
    tills = [shop.bench.enrol(number, Profile.TILL) for number in range(20, 40)]
    alone = hammer(shop, [shop.till], Role.CASHIER, 3600.0)
    together = hammer(shop, tills, Role.SELLER, 3600.0)
    assert together <= alone + 1


def test_guessing_goes_on_after_a_restart(shop: Staffed) -> None:
    """The hub is restarted, or the post connects anew, between guesses: the delay stands."""
    hammer(shop, [shop.till], Role.CASHIER, 600.0)
    guess(shop, shop.till, Role.CASHIER)
    before = guess(shop, shop.till, Role.CASHIER)
    assert before.code == "too_many_tries"
    shop.restart_logins()
    after = guess(shop, shop.till, Role.CASHIER)
    assert after.params == before.params
    (again,) = shop.bench.hear(
        shop.till, m.Login(1, shop.person[Role.CASHIER], PINS[Role.CASHIER]), b"another"
    )
    assert again.code == "too_many_tries"


def test_locking_somebody_out_from_another_till(shop: Staffed) -> None:
    """Somebody fails at another till all day to lock a cashier out: on the cashier's own till
    the right PIN works at once."""
    assert isinstance(guess(shop, shop.till, Role.CASHIER, PINS[Role.CASHIER]), m.LoggedIn)
    hammer(shop, [shop.till2], Role.CASHIER, DAY_S)
    assert isinstance(guess(shop, shop.till, Role.CASHIER, PINS[Role.CASHIER]), m.LoggedIn)


def test_people_that_do_not_exist(shop: Staffed) -> None:
    """PINs of people who do not exist are tried, a new one each time: they are slowed as one."""
    for number in range(50):
        answer = shop.ask(shop.till, m.Login(1, f"{number:032x}"[::-1], "4711"))
        assert answer.code == ("wrong_pin" if number < 3 else "too_many_tries")
    assert shop.checked - len(Role) <= 3


def test_a_flood_of_logins(shop: Staffed) -> None:
    """A post sends a thousand log-ins at once: one is checked, nobody else has to wait longer."""
    for request in range(1000):
        shop.bench.hear(shop.till, m.Login(request, shop.person[Role.CASHIER], "999111"))
    assert len(shop.bench.pins) == 1
    shop.bench.hear(shop.till2, m.Login(1, shop.person[Role.SELLER], PINS[Role.SELLER]))
    assert len(shop.bench.pins) == 2 <= JOBS
    assert isinstance(shop.settle_all()[-1], m.LoggedIn)


def test_the_manager_pin_by_way_of_permissions(shop: Staffed) -> None:
    """A cashier guesses the manager's PIN by asking for permissions: slowed as any log-in is."""
    session = shop.session(shop.office, Role.SELLER)
    codes = [
        shop.override(shop.office, Role.MANAGER, "price.set", session, "999111").code
        for _ in range(5)
    ]
    assert codes == ["wrong_pin"] * 3 + ["too_many_tries"] * 2
    assert guess(shop, shop.office, Role.MANAGER, PINS[Role.MANAGER]).code == "too_many_tries"


@pytest.mark.net
def test_pins_on_disk_and_in_logs(street: Street, tmp_path: Path) -> None:
    """The hub's files and its log, all of it, are searched for PINs that were set, right and
    wrong: none is there, nor a session's secret."""
    folder = street.folder(articles=0)
    hub = street.hub(folder)
    hub.pair(tmp_path / "till", "till", "Caisse 1")
    person, right, wrong = "a1" * 16, "918273645", "564738291"
    with hub.console() as console:
        replies: list[m.Reply] = []
        args = {"person": person, "name": "Amélie", "role": "admin"}
        console.command_all([("person.put", args)], replies.append)
        console.set_pin(person, right)
    answers = _say(hub, tmp_path / "till", m.Login(1, person, wrong), m.Login(2, person, right))
    assert [type(answer) for answer in answers] == [m.Denied, m.LoggedIn]
    session = answers[1].session
    _say(hub, tmp_path / "till", m.SetPin(3, person, "7263514", session))
    hub.end()
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    said = b"".join((*hub.lines_from(0), *hub.errors()))
    whole = said + b"".join(path.read_bytes() for path in files)
    assert b"audit_entry" in whole
    for secret in (right, wrong, "7263514", session):
        assert secret.encode() not in whole
        assert bytes.fromhex(session) not in whole


def _say(hub: HubProcess, root: Path, *messages: Any) -> list[Any]:
    """Say something as a post, under its keys; return the answers."""
    keys = read_post_keys(root)
    answers = []
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.set(zmq.CURVE_SERVERKEY, z85.encode(read_keys(hub.folder).curve.public))
        dealer.set(zmq.CURVE_PUBLICKEY, z85.encode(keys.curve.public))
        dealer.set(zmq.CURVE_SECRETKEY, z85.encode(keys.curve.secret))
        dealer.set(zmq.LINGER, 0)
        dealer.connect(f"tcp://{hub.network.host}:{hub.network.commands_port}")
        for message in messages:
            dealer.send(wire.encode(message))
            assert dealer.poll(PATIENCE_MS)
            answers.append(wire.decode(dealer.recv()))
    return answers
