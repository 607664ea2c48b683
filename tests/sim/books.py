"""What must hold of the hub's books at the end: they are what people did.

Owns the comparison of papers, stock and money with the history. What posts hold and show is
`checks.py`'s; the records of the journal, `ledger.py`'s; parked tickets, `parked.py`'s; customers,
`customers.py`'s; articles that tills made and categories, `assortment.py`'s.
"""

from collections import Counter
from typing import Any, Final

import orjson

from common import messages as m
from hub.journal_status import noted_conflicts, noted_losses
from tests.sim import assortment, customers, ledger, parked
from tests.sim.history import Deed, Fate, History, Told
from tests.sim.hub import SimHub
from tests.sim.trade import labels_of_records
from tests.sim.world import World

_UNLABELLED: Final = frozenset(
    {
        *("price.set", "price.schedule", "ticket.park", "ticket.recall", "ticket.unpark"),
        *("customer.put", "customer.erase", "article.create", "category.put", "category.remove"),
    }
)
"""What stands at the hub under no label, or not for good: looked at by checks of their own."""
ENDED: Final = (m.Status.REFUSED, m.Status.QUARANTINED)


class Books:
    """The ledgers of a simulated shop; raises a Violation that says what does not hold."""

    def __init__(self, world: World, history: History, hub: SimHub) -> None:
        self._world = world
        self._history = history
        self._hub = hub

    def check(self, db: Any, outbox_lost: set[int], went_back: bool) -> None:
        """Check all of them. `outbox_lost`: posts whose outbox was damaged, or an older copy.

        `went_back`: the hub was restored from a backup.
        """
        self._count_removals(db)
        self._check_journal(db)
        self._check_papers(db, outbox_lost)
        self._check_stock(db)
        self._check_money(db)
        for fault in parked.faults(db, self._history, outbox_lost, went_back):
            raise self._world.broken(fault)
        for fault in customers.faults(db, self._history, outbox_lost):
            raise self._world.broken(fault)
        for fault in assortment.article_faults(db, self._history, outbox_lost, went_back):
            raise self._world.broken(fault)
        for fault in assortment.category_faults(db, self._history, outbox_lost):
            raise self._world.broken(fault)
        for fault in assortment.removal_faults(db, self._history, outbox_lost, went_back):
            raise self._world.broken(fault)
        for fault in ledger.faults(db, self._hub.identity):
            raise self._world.broken(fault)

    def _count_removals(self, db: Any) -> None:
        """Say how often it came to that: nothing is shown by what never happens."""
        harm = self._world.harm
        for what, sql in (
            ("category removed", "SELECT count(*) FROM removed_category"),
            (
                "article made for a removed category",
                "SELECT count(*) FROM alert WHERE code = 'flag_category_removed'",
            ),
        ):
            harm[what] += db.execute(sql).fetchone()[0]

    def _check_journal(self, db: Any) -> None:
        """No fault, and no restore, makes the journal another one than posts have seen."""
        noted = noted_conflicts(db)
        if noted:
            raise self._world.broken(f"the journal contradicts posts: {noted}")
        self._world.harm["lines of the journal lost by a restore"] += len(noted_losses(db))

    def _check_papers(self, db: Any, outbox_lost: set[int]) -> None:
        """What was recorded is there once; what was refused is not."""
        broken = self._world.broken
        tickets = [orjson.loads(body) for (body,) in db.execute("SELECT body FROM ticket")]
        receipts = [orjson.loads(body) for (body,) in db.execute("SELECT body FROM goods_receipt")]
        there = Counter(ticket["lines"][0]["label"] for ticket in tickets)
        there.update(receipt["note"] for receipt in receipts)
        there.update(set(labels_of_records(db)))
        there.update(parked.labels(db))
        numbers = Counter((ticket["series"], ticket["number"]) for ticket in tickets)
        # Where an older copy of an outbox went on, its numbers were used before: that is flagged.
        twice = [
            (series, number)
            for (series, number), count in numbers.items()
            if count > 1 and int(series.split("-")[0]) not in outbox_lost
        ]
        if twice:
            raise broken(f"ticket numbers given twice: {twice}")
        for label, count in there.items():
            deed = self._history.deeds.get(label)
            if deed is None or deed.told is Told.REFUSED:
                raise broken(f"{label} is at the hub, though nobody recorded it")
            if count > 1:
                raise broken(f"{label} is at the hub {count} times")
        for deed in self._history.deeds.values():
            if deed.told is Told.RECORDED and not deed.excused and deed.kind not in _UNLABELLED:
                self._check_fate(deed, deed.label in there, outbox_lost)
        for ticket in tickets:
            deed = self._history.deeds[ticket["lines"][0]["label"]]
            if ticket["total_cents"] != deed.total_cents:
                raise broken(f"{deed.label} came to {deed.total_cents} cents, the hub has another")

    def _check_fate(self, deed: Deed, there: bool, outbox_lost: set[int]) -> None:
        broken, name = self._world.broken, f"{deed.label} (n {deed.n})"
        told_last = not deed.fragile and deed.post not in outbox_lost
        if deed.fate is Fate.ASIDE:
            if there:
                raise broken(f"{name} cannot be taken, and is at the hub")
            if deed.status is not m.Status.QUARANTINED and told_last:
                raise broken(f"{name} was neither taken nor put aside: {deed.status}")
        elif not there:
            raise broken(f"{name} was recorded, and is not at the hub: {deed.status} {deed.code}")
        elif deed.status in ENDED and told_last:
            raise broken(f"{name} is at the hub, though its post was told {deed.status}")

    def _check_stock(self, db: Any) -> None:
        """Stock is the sum of its ledger, and of what people did."""
        sql = "SELECT article_id, sum(delta_milli) FROM stock_movement GROUP BY article_id"
        moved = dict(db.execute(sql))
        levels = dict(db.execute("SELECT article_id, quantity_milli FROM stock_level"))
        if moved != levels:
            raise self._world.broken(f"stock levels {levels} are not their movements' {moved}")
        done: Counter[str] = Counter()
        moves = Counter(
            (source, article)
            for source, article in db.execute(
                "SELECT source_id, article_id FROM stock_movement WHERE reason <> 'import'"
            )
        )
        unknown = self._unknown_then(db)
        for body, sign in (("ticket", -1), ("goods_receipt", 1)):
            for paper_id, raw in db.execute(f"SELECT id, body FROM {body}"):
                lines: Counter[str] = Counter()
                for line in orjson.loads(raw)["lines"]:
                    lines[line["article_id"]] += sign * line["quantity_milli"]
                for article, milli in lines.items():
                    times = moves.pop((paper_id, article), 0)
                    if times == 1:
                        done[article] += milli
                    elif times or (paper_id, article) not in unknown:
                        raise self._world.broken(f"paper {paper_id} moved {article} {times} x")
        if moves:
            raise self._world.broken(f"stock was moved by no paper: {moves}")
        started = dict(
            db.execute("SELECT article_id, delta_milli FROM stock_movement WHERE reason = 'import'")
        )
        for article, level in levels.items():
            if level != started.get(article, 0) + done[article]:
                raise self._world.broken(f"stock of {article} is {level}: papers say otherwise")

    def _unknown_then(self, db: Any) -> set[tuple[str, str]]:
        """Return the (ticket, article) that the hub did not know when it took the ticket, and said
        so: of what a till made, which was put aside, or came later as the hub was set back."""
        made = {deed.about for deed in self._history.kind("article.create")}
        unknown: set[tuple[str, str]] = set()
        for (raw,) in db.execute("SELECT row FROM live_row WHERE topic = 'sales'"):
            sale = orjson.loads(raw)
            if "flag_unknown_article" in sale["flags"]:
                articles = {line["article_id"] for line in sale["ticket"]["lines"]} & made
                unknown.update((sale["id"], article) for article in articles)
        return unknown

    def _check_money(self, db: Any) -> None:
        """Every cent of every ticket is in the takings once."""
        sold = dict(
            db.execute("SELECT business_date || device_id, sum(total_cents) FROM ticket GROUP BY 1")
        )
        taken = dict(db.execute("SELECT business_date || device_id, total_cents FROM takings"))
        if sold != taken:
            raise self._world.broken(f"takings {taken} are not the tickets' {sold}")
