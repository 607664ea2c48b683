"""Prices to come. Requests: all of a list or none; the later moment wins, then who spoke last.

That a moment has come is no command: `prices_due.py`.
"""

from common.commands import PriceSchedule, PriceUnschedule
from common.errors import Refusal
from common.models import ScheduledPrice
from hub.records import catalogue, prices
from hub.work import Work


def schedule(work: Work, args: PriceSchedule) -> None:
    """Keep prices for a moment to come; one for the same article and moment gives way."""
    known = catalogue.known(work.db, (planned.article_id for planned in args.prices))
    for planned in args.prices:
        if planned.article_id not in known:
            raise Refusal("unknown_article", article=planned.article_id)
        if planned.from_ms <= work.now_ms:
            raise Refusal("price_in_past", moment=planned.from_ms)
        before = prices.at(work.db, planned.article_id, planned.from_ms)
        if before is not None:
            _drop(work, before)
        row = ScheduledPrice(work.mint(), planned.article_id, planned.price_cents, planned.from_ms)
        prices.add(work.db, row)
        work.put("prices", row)


def unschedule(work: Work, args: PriceUnschedule) -> None:
    """Give prices up that do not hold yet."""
    for schedule_id in args.scheduled:
        row = prices.scheduled(work.db, schedule_id)
        if row is None or row.from_ms <= work.now_ms:
            raise Refusal("unknown_schedule")
        _drop(work, row)


def overtake(work: Work, article_id: str) -> None:
    """Forget an article's prices whose moment has come: another one is being set now."""
    for row in prices.due_of(work.db, article_id, work.now_ms):
        _drop(work, row)


def _drop(work: Work, row: ScheduledPrice) -> None:
    prices.drop(work.db, row.id)
    work.draft.drop("prices", row.id, work.cause)
