"""A till in a window of its own, for the journey: says where to tap and what it has come to.

Run as a program. It prints JSON lines: `{"at": {name: [x, y]}}` when something to tap is in view,
`{"sold": …}` for every ticket. Places are pixels from the window's top left.
"""

import json
import sys
from pathlib import Path
from typing import Any

from common.i18n import Translator
from kiosk.desks.paying import SETTLE_MS
from kiosk.kivy_setup import ScreenSettings, WindowSettings, prepare
from tests.ui.fake_session import FakeSession

SETTLED_S = SETTLE_MS / 1000 + 0.1


def main(home: Path) -> None:
    """Open the till and report until the window is closed."""
    prepare(WindowSettings(1024, 768, density=1.0), home)
    from kivy.clock import Clock
    from kivy.core.window import Window

    from kiosk import app

    session = FakeSession()
    said: list[str] = []
    # The mode in view and when it came: a till passes over a second touch that comes too soon.
    came = {"sell": Clock.get_boottime()}

    def say(**what: Any) -> None:
        line = json.dumps(what)
        if line not in said[-1:]:
            said.append(line)
            print(line, flush=True)

    def look(_: float) -> None:
        root = Window.children[-1].children[-1] if Window.children else None
        if root is None or not getattr(root, "desk", None):
            return
        tiles = [tile for tile in reversed(root.ids.grid.children) if tile.article_id]
        seen = dict(zip(("tile0", "tile1"), tiles, strict=False)) if root.mode == "sell" else {}
        settled = (
            Clock.get_boottime() - came.setdefault(root.mode, Clock.get_boottime()) > SETTLED_S
        )
        for each in root.walk():
            if (
                settled
                and getattr(each, "text", "") in ("Cash", "Cash received")
                and not each.disabled
            ):
                seen[each.text] = each
        at = {name: place(each) for name, each in seen.items() if each.get_parent_window()}
        say(at=at, count=root.desk.basket().count, mode=root.mode)
        for ticket in session.tickets:
            say(sold=ticket.total_cents, lines=len(ticket.lines), number=ticket.number)
            session.tickets.remove(ticket)

    def place(widget: Any) -> list[int]:
        x, y = widget.to_window(*widget.center) if widget.parent else widget.center
        return [round(x), round(Window.height - y)]

    Clock.schedule_interval(look, 0.05)
    app.run(session, Translator("en"), ScreenSettings())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
