"""A shop that lives through days: tills that come and go, a hub that closes, and books beside it.

Owns playing events and what must hold after each closing and at the end. The hub, its journal and
the tills' records are the shipped code; time is the shop's own clock.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from common.journal.kinds import Period, RecordType
from common.journal.refund import RefundData
from common.journal.report import report_of
from common.journal.sale import line_vat_cents, sale_data
from common.journal.void import VoidData, Voided
from common.models import Original, Payment, Ticket, TicketLine
from common.rules import local_time, total_cents
from hub.closing_list import days_of
from kiosk.tenders import Tenders
from tests.days.books import Sums, same, sums
from tests.hub.closing_shop import ClosingShop
from tests.hub.papers import PARIS_MIN

OPENS_MIN: Final = 9 * 60
CLOSES_MIN: Final = 3 * 60 + 1
PAUSE_S: Final = 1200.0


class Street:
    """One shop. `waiting`, `taken`, `closed`: tickets still at their till, in the hub's journal,
    and in a daily closing. `made`: all of each till; `records`: what the journal took in since the
    last closing, by type; `exercises`: tickets of training at their till, and in the journal."""

    def __init__(self, folder: Path, tills: int) -> None:
        self.shop = ClosingShop(folder, tills)
        self.articles = self.shop.articles
        self.waiting: dict[int, list[Ticket]] = defaultdict(list)
        self.taken: list[Ticket] = []
        self.closed: list[Ticket] = []
        self.made: dict[int, list[Ticket]] = defaultdict(list)
        self.records: Counter[str] = Counter()
        self.exercises: tuple[dict[int, list[Ticket]], list[Ticket]] = defaultdict(list), []
        self.offline: set[int] = set()
        self._seen = 0

    # What may happen.

    def sell(self, till: int, lines: Sequence[TicketLine], method: str) -> None:
        """Let a till make a ticket, and deliver it where it is connected."""
        till = self._till(till)
        made = self.shop.make(till, lines, _paid(total_cents(lines), method))
        self._deliver(till, made)

    def give_back(self, till: int, lines: Sequence[TicketLine], method: str) -> None:
        """Let a till give goods back: of its last ticket, or of one that nobody knows."""
        till = self._till(till)
        made = self.shop.ticket(till, lines, _paid(total_cents(lines), method))
        sold = self.made[till][-1] if self.made[till] else made
        original = Original(sold.id, sold.series, sold.number, sold.business_date)
        data = RefundData(made, line_vat_cents(made), original, "broken")
        self.shop.note(till, RecordType.REFUND, data, made)
        self._deliver(till, made)

    def give_up(self, till: int, lines: Sequence[TicketLine]) -> None:
        """Let a basket be given up before it is paid."""
        data = VoidData(Voided.BASKET, tuple(lines), total_cents(lines), "left")
        self.note(till, RecordType.VOID, data)

    def train(self, till: int, lines: Sequence[TicketLine], method: str) -> None:
        """Let somebody train at a till: an exercise is in no total."""
        till = self._till(till)
        made = self.shop.ticket(till, lines, _paid(total_cents(lines), method))
        self.shop.note(till, RecordType.SALE, sale_data(made), made, exercise=True)
        self.exercises[0][till].append(made)
        self._deliver(till)

    def report(self, till: int, kind: RecordType) -> None:
        """Let a till state its session in an X or a Z."""
        pen = self.shop.tills[self._till(till)].pen
        tally = pen.book.tally
        assert tally is not None
        self.note(till, kind, report_of(tally, max(pen.chain.head.seq, 1), 0))

    def note(self, till: int, kind: RecordType, data: Any) -> None:
        """Let a till record what has no amount in any total."""
        till = self._till(till)
        self.shop.note(till, kind, data)
        self._deliver(till)

    def _till(self, number: int) -> int:
        return number % len(self.shop.tills)

    def go_offline(self, till: int) -> None:
        """Cut a till off."""
        self.offline.add(self._till(till))

    def come_back(self, till: int) -> None:
        """Let a till deliver what it made meanwhile."""
        till = self._till(till)
        self.offline.discard(till)
        self._deliver(till)

    def close_by_hand(self, period: Period) -> None:
        """Let an administrator close."""
        self.shop.close(period)
        self._look()

    def restart(self) -> None:
        """Stop the hub and start it again."""
        self.shop.restart()
        self.shop.settle()
        self._look()

    def pause(self) -> None:
        """Let some minutes pass, at the hub as well."""
        self.shop.clock.pass_s(PAUSE_S)
        self.shop.tick()
        self._look()

    def night(self, nights_off: int) -> None:
        """Go to the next morning; with nights on which the hub is off, to the one after them."""
        if nights_off:
            self.shop.clock.pass_s(self._until_s(OPENS_MIN) + (nights_off - 1) * 86_400)
            self.restart()
            return
        self.shop.clock.pass_s(self._until_s(CLOSES_MIN))
        self.shop.settle()
        self._look()
        self.shop.clock.pass_s(self._until_s(OPENS_MIN))

    def _until_s(self, minute: int) -> float:
        now = local_time(self.shop.clock.ms, PARIS_MIN)
        return 60.0 * ((minute - now.hour * 60 - now.minute) % 1440 or 1440) - now.second

    def _deliver(self, till: int, *made: Ticket) -> None:
        """Let the hub have what waits at a till, where that is connected."""
        self.made[till] += made
        self.waiting[till] += made
        if till in self.offline:
            return
        for received in self.shop.tills[till].waiting:
            for record in orjson.loads(received.command.body)["args"]["records"]:
                self.records[orjson.loads(record["body"])["type"]] += 1
        self.shop.deliver(till)
        self.taken += self.waiting.pop(till)
        self.exercises[1].extend(self.exercises[0].pop(till, ()))

    # What must hold.

    def _look(self) -> None:
        """Hold every new daily closing against the books."""
        days = self.shop.closed()
        for day in days[self._seen :]:
            fresh = self.taken[len(self.closed) :]
            self._require(day, fresh)
            self.closed += fresh
            self.records.clear()
        self._seen = len(days)

    def _require(self, day: dict[str, Any], fresh: list[Ticket]) -> None:
        same(day["totals"], sums(fresh))
        dates = {ticket.business_date for ticket in fresh}
        assert day["by_date"].keys() == dates
        for date in dates:
            same(day["by_date"][date], sums(t for t in fresh if t.business_date == date))
        late = {date for date in dates if date < day["begins"]}
        assert day["late"].keys() == late
        assert sum(one["tickets"] for one in day["degraded"]) == sum(
            ticket.business_date in late for ticket in fresh
        )
        same(day["perpetual"], sums(self.taken[: len(self.closed) + len(fresh)]))
        assert day["records"] == dict(self.records)
        same(day["exercises"], sums(self.exercises[1]))
        assert day["faults"] == []

    def end(self) -> None:
        """Deliver everything, close the year, and hold all that the hub keeps against the books."""
        for till in range(len(self.shop.tills)):
            self.come_back(till)
        self.close_by_hand(Period.YEAR)
        assert self.closed == self.taken
        assert not any(self.waiting.values())
        whole = sums(self.closed)
        self._tickets(whole)
        self._takings()
        self._stock()
        self._periods(whole)
        self._export()
        report = self.shop.report()
        assert report.flaws == ()
        same(report.totals.plain(), whole)

    def _tickets(self, whole: Sums) -> None:
        rows = self.shop.shop.rows
        assert rows("SELECT count(*), coalesce(sum(total_cents), 0) FROM ticket") == [
            (whole.tickets, whole.net)
        ]
        by_rate = rows("SELECT vat_bp, sum(total_cents) FROM ticket_line GROUP BY vat_bp")
        assert {str(rate): cents for rate, cents in by_rate} == {
            rate: cents for (rate, name), cents in whole.vat.items() if name == "total"
        }
        paid = rows("SELECT method, sum(amount_cents) FROM ticket_payment GROUP BY method")
        assert dict(paid) == dict(whole.methods)

    def _takings(self) -> None:
        by_date: dict[str, Sums] = defaultdict(Sums)
        for ticket in self.closed:
            by_date[ticket.business_date].add(ticket)
        found: Counter[str] = Counter()
        for date, cents in self.shop.shop.rows("SELECT business_date, total_cents FROM takings"):
            found[date] += cents
        assert dict(found) == {date: taken.net for date, taken in by_date.items()}

    def _stock(self) -> None:
        gone: Counter[str] = Counter()
        for ticket in self.closed:
            for line in ticket.lines:
                if line.article_id:
                    gone[line.article_id] += line.quantity_milli
        for article in self.articles:
            left = self.shop.shop.one(
                "SELECT quantity_milli FROM stock_level WHERE article_id = ?", article.id
            )
            assert left == 10**9 - gone[article.id]

    def _periods(self, whole: Sums) -> None:
        """Months hold every day once, and so do years."""
        days = self.shop.closed(Period.DAY)
        for period in (Period.MONTH, Period.YEAR):
            longer = self.shop.closed(period)
            held = [
                number
                for one in longer
                for number in range(one["days"]["first"], one["days"]["last"] + 1)
            ]
            assert held == [day["number"] for day in days]
            for one in longer:
                in_it = days[one["days"]["first"] - 1 : one["days"]["last"]]
                assert _late(one) == sum((_late(day) for day in in_it), Counter())
            assert sum(one["totals"]["net_cents"] for one in longer) == whole.net
            assert sum(one["totals"]["tickets"] for one in longer) == whole.tickets

    def _export(self) -> None:
        exported = days_of(self.shop.shop.path, "0001-01-01", "9999-12-31")
        assert exported.open_records == 0
        by_date: dict[str, list[Ticket]] = defaultdict(list)
        for ticket in self.closed:
            by_date[ticket.business_date].append(ticket)
        assert [day.date for day in exported.days] == sorted(by_date)
        for day in exported.days:
            same(day.totals.plain(), sums(by_date[day.date]))

    def leave(self) -> None:
        """Close the files."""
        self.shop.shop.close()


def _late(data: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Return what a closing states of what came late, by date: how many, how much."""
    return Counter(
        {
            (date, name): totals[name]
            for date, totals in data["late"].items()
            for name in ("tickets", "absolute_cents")
        }
    )


def _paid(total: int, method: str) -> tuple[Payment, ...]:
    if method == "rounded":
        tenders, sign = Tenders(abs(total), 5), -1 if total < 0 else 1
        tender = tenders.offer("cash", tenders.due_cents("cash"))
        assert tender is not None
        made = tenders.take(tender).payments()
        return tuple(Payment(each.method, *[sign * each.amount_cents] * 2) for each in made)
    if method != "split":
        return (Payment(method, total, total + (500 if method == "cash" else 0)),)
    half = total // 2
    return (Payment("card", half, half), Payment("cash", total - half, total - half))
