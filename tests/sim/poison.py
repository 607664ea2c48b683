"""What a hub cannot take, recorded on a post: garbage, or what a later release does.

Owns making such operations, and what becomes of each.
"""

from typing import Final

import orjson

from common.ids import IdMint
from common.models import Payment, ReceiptLine
from common.rules import total_cents
from kiosk.outbox_file import Draft
from kiosk.session import Session
from kiosk.till import Stamp, Till
from tests.sim.history import Deed, Fate, Told
from tests.sim.post import SimPost
from tests.sim.releases import COUNTED, LATER_SCHEMA, POISON
from tests.sim.trade import Lines, sold_lines

POISONS: Final = {
    "garbage": ("goods.receive", 1, Fate.ASIDE),
    "fault": (POISON, 1, Fate.ASIDE),
    "later kind": (COUNTED, 1, Fate.LATER),
    "later schema": ("sale.record", LATER_SCHEMA, Fate.LATER),
}
"""Kind, schema, and what becomes of it."""


def poison(post: SimPost, how: str, lines: Lines) -> None:
    """Record what this hub cannot take: of a later release, forbidden, or a fault's food."""
    if post.session is None:
        return
    clocks = post.clock.clocks
    label = post.label("x")
    till = Till(clocks, IdMint(clocks.wall_ms, post.world.random_bytes(label)))
    kind, schema, fate = POISONS[how]
    stamp = Stamp("", "main", 0)
    args: dict[str, object] = {}
    total = 0
    if kind == "sale.record":
        sold = sold_lines(label, lines)
        total = total_cents(sold)
        paid = (Payment("card", total, total),)
        args = {"ticket": till.ticket(label, 1, sold, paid, stamp)}
    else:
        brought = tuple(ReceiptLine(article, milli) for article, milli in lines)
        args = {"receipt": till.receipt(brought, label, stamp)}
    request = f"{post.number:08x}{int(label.split('-')[1]):024x}"
    body = orjson.dumps({"id": request, "kind": kind, "args": args})
    draft = Draft(kind, schema, body if how != "garbage" else b"{" + body, clocks.wall_ms())
    moved = () if how == "garbage" else tuple(lines)
    deed = Deed(label, post.number, kind, Told.RECORDED, moved, total, fate=fate)

    def do(session: Session) -> None:
        session._appended(kind, session._outbox.append(draft))

    post.do(deed, do)
