"""The demo as a story in the terminal: the real processes, each step checked as it is told.

Owns the scenes: a sale that the depot sees, a new price, a delivery, a cut, sales meanwhile, and
the return. Each scene fails with what was expected; nothing in it is made up.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from child_processes import Process, ShopError
from rich.console import Console as Terminal
from rich.table import Table
from shop_processes import Head, HubProcess, KioskProcess

from common.i18n import Translator
from common.models import stock_key
from common.sample import SampleArticle, SampleShop, sample_basket

OFFLINE_SALES = 3
TILL, DEPOT = "Caisse 1", "Dépôt"


@dataclass(slots=True)
class Stage:
    """What every scene needs."""

    root: Path
    hub: HubProcess
    till: KioskProcess
    depot: KioskProcess
    shop: SampleShop
    rng: Random
    t: Translator
    terminal: Terminal
    started: list[Process]

    def say(self, mark: str, text: str, style: str = "") -> None:
        """Tell a step."""
        self.terminal.print(f" {mark} {text}", style=style, markup=False, soft_wrap=True)


def tell(root: Path, hub: HubProcess, shop: SampleShop, t: Translator, terminal: Terminal) -> None:
    """Tell the whole story; raises ShopError at the first thing that does not hold."""
    began_s = time.monotonic()
    started: list[Process] = [hub]
    try:
        with terminal.status(t("Opening the shop…")):
            for profile, name in (("till", TILL), ("depot", DEPOT)):
                hub.pair(root / profile, profile, name)
            till, depot = KioskProcess(root / "till", TILL), KioskProcess(root / "depot", DEPOT)
            started += [till, depot]
            till.wait_online()
            depot.wait_online()
        stage = Stage(root, hub, till, depot, shop, Random(7), t, terminal, started)
        count = t.number(len(shop.articles))
        stage.say(
            "●", t("The hub has {count} articles; a till and a depot follow it.", count=count)
        )
        for scene in SCENES:
            scene(stage)
        stage.say("✓", t("Everything agrees, on every post, to the last digit."), "green")
        seconds = f"{time.monotonic() - began_s:.1f}"
        terminal.print(t("The story took {seconds} s.", seconds=seconds), style="dim")
    finally:
        for process in reversed(started):
            process.end()


def _basket(stage: Stage) -> list[dict[str, Any]]:
    basket = sample_basket(stage.rng, stage.shop.articles)
    return [{"code": article.code, "quantity_milli": milli} for article, milli in basket]


def _sell(stage: Stage) -> dict[str, Any]:
    """Sell a basket on the till; return the ticket."""
    return dict(stage.till.ask("sell", lines=_basket(stage), payment="card")["ticket"])


def _stock(post: KioskProcess, article: SampleArticle) -> int:
    return int(post.ask("stock", code=article.code)["quantity_milli"])


def _a_sale(stage: Stage) -> None:
    """A sale on the till is on the depot's stock list at once."""
    t = stage.t
    for _ in range(3):
        before_ns = time.monotonic_ns()
        ticket = _sell(stage)
        line = next(line for line in ticket["lines"] if line["article_id"])
        key = stock_key(line["article_id"], ticket["location_id"])
        seen = stage.depot.wait(partial(_changes, topic="stock", key=key))
        ms = (seen["received_ns"] - before_ns) / 1e6
        total = t.money(ticket["total_cents"])
        text = t(
            "{till} sells {total}; {depot} sees “{article}” go {ms} ms after the tap.",
            till=TILL,
            depot=DEPOT,
            total=total,
            article=line["label"],
            ms=f"{ms:.1f}",
        )
        stage.say("→", text)
    stage.till.wait_online()


def _a_price(stage: Stage) -> None:
    """A new price from the office is on the till at once."""
    article = stage.shop.articles[0]
    row = stage.till.ask("rows", topic="articles")["rows"]
    known = next(value for value in row if article.code in value["codes"])
    price = known["price_cents"] + 10
    before_ns = time.monotonic_ns()
    with stage.hub.console() as console:
        prices = [{"article_id": known["id"], "price_cents": price}]
        console.command_all([("price.set", {"prices": prices})], lambda _reply: None)
    seen = stage.till.wait(lambda event: _changes(event, "articles", known["id"]))
    if seen["row"]["price_cents"] != price:
        raise ShopError(f"the till has {seen['row']} where {price} cents were set")
    text = stage.t(
        "The office sets “{article}” to {price}; the till has it {ms} ms later.",
        article=known["name"],
        price=stage.t.money(price),
        ms=f"{(seen['received_ns'] - before_ns) / 1e6:.1f}",
    )
    stage.say("→", text)


def _a_delivery(stage: Stage) -> None:
    """A delivery counted at the depot is on the till's tiles at once."""
    article = stage.shop.articles[1]
    before = _stock(stage.till, article)
    lines = [{"code": article.code, "quantity_milli": 24_000}]
    stage.depot.ask("receive", lines=lines)
    stage.depot.wait_online()
    stage.till.wait(lambda event: _changes(event, "stock", None))
    after = _stock(stage.till, article)
    if after != before + 24_000:
        raise ShopError(f"the till shows {after} after a delivery of 24 to {before}")
    text = stage.t(
        "{depot} takes in 24 × “{article}”; the till shows {stock} in stock.",
        depot=DEPOT,
        article=article.name,
        stock=stage.t.quantity(after),
    )
    stage.say("→", text)


def _a_cut(stage: Stage) -> None:
    """The hub dies without warning; the till goes on, and is even restarted meanwhile."""
    t = stage.t
    stage.hub.end(signal.SIGKILL)
    stage.till.wait_offline()
    stage.say("✗", t("The hub is gone (kill -9). The till says so, and sells on."), "yellow")
    for number in range(OFFLINE_SALES):
        ticket = _sell(stage)
        stage.say(
            "·",
            t(
                "Offline ticket {series}-{number}: {total}, on the till's disk.",
                series=ticket["series"],
                number=ticket["number"],
                total=t.money(ticket["total_cents"]),
            ),
        )
        if number == 0:
            stage.till.end(signal.SIGKILL)
            stage.till = KioskProcess(stage.root / "till", TILL)
            stage.started.append(stage.till)
            stage.say("·", t("The till is killed, too, and started again: it still knows."))
    waiting = stage.till.ask("state")["state"]["waiting"]
    if waiting != OFFLINE_SALES:
        raise ShopError(f"{waiting} operations wait after {OFFLINE_SALES} offline sales")


def _the_return(stage: Stage) -> None:
    """The hub comes back: everything arrives once."""
    t = stage.t
    stage.hub = HubProcess(stage.hub.folder)
    stage.started.append(stage.hub)
    ready_s = time.monotonic()
    stage.till.wait_online()
    stage.depot.wait_online()
    seconds = f"{time.monotonic() - ready_s:.1f}"
    text = t(
        "The hub is back; {seconds} s later {count} tickets have arrived, each once.",
        seconds=seconds,
        count=OFFLINE_SALES,
    )
    stage.say("✓", text, "green")


def _the_proof(stage: Stage) -> None:
    """Hub, till and depot hold the same rows: tseq and digest of every topic."""
    heads = stage.hub.heads()
    for post in (stage.till, stage.depot):
        post.wait_equal(heads)
    posts = {TILL: stage.till.digests(), DEPOT: stage.depot.digests()}
    table = Table(box=None, pad_edge=True)
    for heading in (stage.t("Topic"), "Hub", *posts):
        table.add_column(heading)
    for topic, head in heads.items():
        cells = [topic, _shown(head)]
        cells += [_shown(digests.get(topic)) for digests in posts.values()]
        table.add_row(*cells)
    stage.terminal.print(table)


def _shown(head: Head | None) -> str:
    return f"{head[0]:>5} {head[1][:8]}" if head else ""


def _changes(event: dict[str, Any], topic: str, key: str | None) -> bool:
    named = event["event"] == "change" and event["topic"] == topic
    return named and key in (None, event["key"])


SCENES: tuple[Callable[[Stage], None], ...] = (
    _a_sale,
    _a_price,
    _a_delivery,
    _a_cut,
    _the_return,
    _the_proof,
)
