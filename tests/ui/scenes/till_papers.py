"""The last tickets, and giving back."""

from common.rules import cash, ticket_line
from kiosk.terminals.manual import ManualTerminal
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene


def _unplugged(till: Hands) -> None:
    """The terminal is one by hand again, and the sale is given up."""
    till.session.plug_in(ManualTerminal())
    till.screen.act("back")
    till.screen.act("empty")
    till.screen.close_notice()


def _tickets(till: Hands) -> None:
    _unplugged(till)
    for place in (1, 2, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="card", under=till.screen.ids.hand))
    till.pass_time()
    till.session.acknowledge()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.pass_time(95_000)
    till.tap(till.tile(4))
    till.tap(till.key(icon="ticket", under=till.screen.ids.deck))


def _refund(till: Hands) -> None:
    """A ticket of three articles goes back, one of them not."""
    _sell_together(till.session, 3)
    till.screen.render_panel()
    till.frames()
    till.tap(till.rows(till.screen.ids.deck.panel("tickets").ids.list)[0])
    till.frames()
    till.tap(till.key(icon="undo", under=till.screen.ids.deck.panel("tickets")))
    till.frames()
    till.tap(till.key(icon="minus", under=till.screen.ids.deck))


def _refund_why(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _refunded(till: Hands) -> None:
    till.tap(till.key(till.stage.t("Damaged")))
    till.tap(till.key(icon="bin", under=till.screen.ids.hand))
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _tickets_found(till: Hands) -> None:
    till.screen.close_notice()
    till.tap(till.key(icon="ticket", under=till.screen.ids.deck))
    till.tap(till.screen.ids.deck.panel("tickets").ids.search)
    till.frames()
    for letter in "AV":
        till.press(letter)


def _search(till: Hands) -> None:
    till.screen.ids.deck.panel("tickets").ids.search.letters = False
    till.tap(till.key(icon="left"))
    till.tap(till.screen.ids.search)
    till.frames()
    for letter in "BEUR":
        till.press(letter)


def _sell_together(session: FakeSession, count: int) -> None:
    """Sell so many articles on one ticket, two of each."""
    lines = [
        ticket_line(each.id, each.name, 2000, each.price_cents, each.vat_bp)
        for each in session.catalogue.search(limit=count)
    ]
    total = sum(line.total_cents for line in lines)
    session.now_ms += 30_000
    session.sell(lines, [cash(total, total)])


PAPERS = (
    Scene("till-tickets", _tickets),
    Scene("till-refund", _refund),
    Scene("till-refund-why", _refund_why),
    Scene("till-refunded", _refunded),
    Scene("till-tickets-found", _tickets_found),
    Scene("till-search", _search),
)
