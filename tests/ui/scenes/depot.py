"""The depot's tablet."""

from dataclasses import replace

from sample_pictures import draw

from common.models import ReceiptLine
from kiosk.state import LinkStatus
from tests.ui.fake_people import DRISS
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, close_sheet


def _undelivered(depot: Hands) -> None:
    """Deliveries counted while the office is away."""
    session = depot.session
    session.link(LinkStatus.OFFLINE)
    articles = session.catalogue.search(limit=4)
    for each in articles:
        session.now_ms += 600_000
        session.receive([ReceiptLine(each.id, 6_000)])
    depot.frames()
    depot.tap(depot.key(icon="waiting", under=depot.screen.ids.status))


def _stock(depot: Hands) -> None:
    rows = depot.rows(depot.screen.ids.stock)
    for place in (0, 1, 3):
        depot.screen.act("add", rows[place].key)
    depot.pad("24")
    depot.tap(depot.key(under=depot.screen.ids.hand, text=depot.stage.t("Quantity")))
    depot.session.change_stock(rows[2].key, 2_000)
    depot.frames()


def _confirming(depot: Hands) -> None:
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.hand))
    depot.pass_time()


def _article(depot: Hands) -> None:
    depot.tap(depot.key(icon="check", under=depot.screen.ids.hand))
    row = depot.rows(depot.screen.ids.stock)[1]
    depot.screen.open_article(row.key)


def _article_pictured(depot: Hands) -> None:
    """The same article, with its picture."""
    article = depot.session.catalogue.article(depot.screen.desk.article_id)
    assert article is not None
    drawn = depot.session.pictures.give(draw(article.name, "slate"))
    depot.session.put("articles", replace(article, picture=drawn))
    depot.frames()


def _deliveries(depot: Hands) -> None:
    depot.session.acknowledge()
    depot.pass_time(300_000)
    depot.tap(depot.key(icon="plus", under=depot.screen.ids.card))
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.hand))
    depot.pass_time()
    depot.tap(depot.key(icon="check", under=depot.screen.ids.hand))
    depot.tap(depot.key(icon="left"))
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.deck))


def _reorder(depot: Hands) -> None:
    depot.tap(depot.key(icon="left"))
    depot.screen.choose_filter("low")


def _depot_locked(depot: Hands) -> None:
    close_sheet(depot)
    depot.session.link(LinkStatus.ONLINE)
    depot.session.hire()
    depot.session.log_in(DRISS)
    depot.screen.act("add", depot.rows(depot.screen.ids.stock)[0].key)
    depot.screen.lock()


DEPOT = (
    Scene("depot-stock", _stock),
    Scene("depot-confirming", _confirming),
    Scene("depot-article", _article),
    Scene("depot-article-picture", _article_pictured),
    Scene("depot-deliveries", _deliveries),
    Scene("depot-reorder", _reorder),
    Scene("depot-undelivered", _undelivered),
    Scene("depot-locked", _depot_locked),
)
