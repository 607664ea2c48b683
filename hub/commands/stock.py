"""Stock. It is a ledger of deltas, so two tills that sell the last piece both stand."""

from collections.abc import Mapping

from common.commands import GoodsReceive
from common.errors import Refusal
from common.models import Delivery
from hub.authority import check_operator
from hub.records import catalogue, sales, stock
from hub.work import Work


def receive(work: Work, args: GoodsReceive) -> None:
    """Keep the receipt and bring its goods into stock; a repeated id as with a ticket."""
    receipt = args.receipt
    if not sales.add_receipt(work.db, receipt, work.arrival):
        if sales.kept_receipt(work.db, receipt.id) != receipt:
            raise Refusal("repeated_id", id=receipt.id)
        work.repeated("receipts", "stock")
        return
    check_operator(work, "goods.receive", receipt.id, receipt.operator_id)
    known = catalogue.known(work.db, (line.article_id for line in receipt.lines))
    brought: dict[str, int] = {}
    for line in receipt.lines:
        if line.article_id in known:
            brought[line.article_id] = brought.get(line.article_id, 0) + line.quantity_milli
        else:
            work.flag("flag_unknown_article", line.article_id)
    enter(work, brought, receipt.location_id, "receipt", receipt.id)
    delivery = Delivery(
        receipt.id, work.device.id, work.device.name, work.now_ms, receipt, tuple(work.flags)
    )
    work.put("receipts", delivery)


def enter(
    work: Work, deltas_milli: Mapping[str, int], location_id: str, reason: str, source_id: str
) -> None:
    """Enter one movement an article and publish its level; flag one that falls below zero."""
    for article_id, delta_milli in deltas_milli.items():
        movement = stock.Movement(
            work.mint(), article_id, location_id, delta_milli, reason, source_id, work.now_ms
        )
        level = stock.move(work.db, movement)
        work.put("stock", level)
        if level.quantity_milli < 0 <= level.quantity_milli - delta_milli:
            article = catalogue.article(work.db, article_id)
            name = article.name if article else article_id
            work.flag("flag_negative_stock", f"{name}: {level.quantity_milli / 1000:g}")
