"""The labels by which operations are known again: in an outbox, and in what waits there."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from common.commands import sold_ticket
from kiosk.sealed import Box
from tests.sim.releases import COUNTED, POISON
from tests.sim.trade import label_of_number, label_of_record

BOX: Final = Box(bytes(range(32)))
"""By which every simulated post seals its files."""


_ROWS: Final[Mapping[str, Callable[[int, Any], str]]] = {
    "customer.put": lambda _, args: str(args["customer"]["note"]),
    "customer.erase": lambda number, args: erasure(number, args["customer"]),
    "article.create": lambda _, args: str(args["article"]["name"]),
    "category.put": lambda _, args: label_of_number("g", args["category"]["rank"]),
    "category.remove": lambda number, args: removal(number, args["category"]),
}
"""Where the label stands in an operation about a row, by its kind."""


def erasure(number: int, customer_id: str) -> str:
    """Return the label of the erasure of a customer that a post asks for: each asks once."""
    return f"e{number}-{customer_id}"


def removal(number: int, category_id: str) -> str:
    """Return the label of the removal of a category that a post asks for: each asks once."""
    return f"d{number}-{category_id}"


def opened(n: int, sealed: bytes) -> bytes:
    """Return the body of an operation as it lies on disk; b"" where it does not open."""
    return (BOX.open_operation(n, sealed) or (b"", b""))[1]


def label_of(number: int, kind: str, body: bytes) -> str:
    """Return the label of the deed that an operation of this post is, by its body; "" for none."""
    try:
        args = orjson.loads(body)["args"]
        if "records" in args:
            return label_of_record(orjson.loads(args["records"][-1]["body"]))
        if kind == "sale.record" and "ticket" in args:
            return sold_ticket(args).lines[0].label
        if kind in ("goods.receive", POISON, COUNTED):
            return str(args["receipt"]["note"])
        if kind == "ticket.park":
            return str(args["ticket"]["note"])
        if kind in _ROWS:
            return _ROWS[kind](number, args)
        if kind in ("price.set", "price.schedule"):
            mark = "p" if kind == "price.set" else "f"
            return f"{mark}{args['prices'][0]['price_cents']}"
    except (ValueError, KeyError, IndexError, TypeError):
        pass
    return ""
