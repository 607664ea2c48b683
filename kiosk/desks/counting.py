"""Counting a drawer: how many of each note and coin, one cell of it in hand at a time.

Owns what was typed into which cell, and what it all comes to. What the count is for, and what
follows it, is `drawer.py`'s.
"""

from typing import Final

from common.i18n import Translator, mark
from common.journal.drawer import PIECES_MOST, Pieces, worth
from kiosk.keypad import COMMA, Entry
from kiosk.statements import CountUnderWay
from kiosk.views.count import CellView
from kiosk.views.counter import PadView

NOTES: Final = (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500)
COINS: Final = (200, 100, 50, 20, 10, 5, 2, 1)
"""The euro's notes and coins, cents; the largest first."""
OTHER: Final = "other"
"""The cell for what is entered as an amount."""
CELLS: Final = (*map(str, NOTES), OTHER, *map(str, COINS))
_FIRST: Final = str(5_000)
_PIECES_DIGITS: Final = len(str(PIECES_MOST)) - 1


class Counting:
    """One count. `changed`: something was typed that is not on disk yet."""

    def __init__(self, count: CountUnderWay) -> None:
        self.purpose = count.purpose
        self.seen = count.seen
        self.at = _FIRST
        self.changed = False
        self._entries: dict[str, Entry] = {
            str(cents): Entry(str(how_many)) for cents, how_many in count.pieces.items()
        }
        if count.other_cents:
            self._entries[OTHER] = _amount(count.other_cents)

    @property
    def pieces(self) -> tuple[Pieces, ...]:
        """Return the notes and coins that were counted."""
        return tuple(
            Pieces(int(cell), count)
            for cell in CELLS
            if cell != OTHER and (count := self._of(cell))
        )

    @property
    def other_cents(self) -> int | None:
        """Return what was entered as an amount, None where that is no amount."""
        entry = self._entries.get(OTHER)
        return entry.cents if entry else 0

    @property
    def total_cents(self) -> int | None:
        """Return what it comes to, None where something typed is no amount."""
        other = self.other_cents
        return None if other is None else worth(self.pieces) + other

    @property
    def begun(self) -> bool:
        """Return whether anything was typed."""
        return any(self._entries.values())

    def under_way(self) -> CountUnderWay:
        """Return the count as it is kept."""
        pieces = {str(each.cents): each.count for each in self.pieces}
        return CountUnderWay(self.purpose, pieces, self.other_cents or 0, self.seen)

    # Touches.

    def touch(self, cell: str) -> None:
        """Count these from now on."""
        if cell in CELLS:
            self.at = cell

    def see(self) -> None:
        """What must be there may be shown: this count is signed."""
        self.seen = self.changed = True

    def following(self) -> None:
        """Go on with the next cell."""
        self.at = CELLS[(CELLS.index(self.at) + 1) % len(CELLS)]

    def press(self, key: str) -> None:
        """Take a key of the pad."""
        before = self._entries.get(self.at, Entry())
        after = before.press(key)
        if self.at != OTHER and (key in (COMMA, ".") or len(after.typed) > _PIECES_DIGITS):
            return
        if after != before:
            self._put(after)

    def more(self, pieces: int) -> None:
        """Change how many there are of the cell in hand."""
        if self.at != OTHER:
            count = min(max(0, self._of(self.at) + pieces), 10**_PIECES_DIGITS - 1)
            self._put(Entry(str(count) if count else ""))

    def set_other(self, cents: int) -> None:
        """Take an amount as it is, such as what was left in the drawer."""
        self.at = OTHER
        self._put(_amount(cents))

    def _put(self, entry: Entry) -> None:
        self._entries[self.at] = entry
        # Another count: it is not the one that was signed.
        self.changed, self.seen = True, False

    # Views.

    def pad(self, t: Translator) -> PadView:
        """Return what the pad's keys would do."""
        erasable = bool(self._entries.get(self.at))
        return PadView("", t("Next"), True, erasable, self.at != OTHER)

    def cells(self, t: Translator) -> tuple[CellView, ...]:
        """Return every note and coin, and the amount beside them."""
        return tuple(self._cell(cell, t) for cell in CELLS)

    def _cell(self, cell: str, t: Translator) -> CellView:
        active, entry = cell == self.at, self._entries.get(cell, Entry())
        if cell == OTHER:
            cents = entry.cents
            amount = t.money_of(entry.shown(t.decimal)) if active and entry else ""
            amount = amount or (t.money(cents) if cents else "")
            return CellView(cell, t(_OTHER_LABEL), "", amount, active)
        count = self._of(cell)
        amount = t.money(int(cell) * count) if count else ""
        return CellView(cell, _label(int(cell), t), entry.typed, amount, active)

    def _of(self, cell: str) -> int:
        entry = self._entries.get(cell)
        return int(entry.typed) if entry else 0


_OTHER_LABEL: Final = mark("Other amount")


def _label(cents: int, t: Translator) -> str:
    """Return a note's or coin's name: whole euros without decimals."""
    if cents % 100:
        return t.money(cents)
    return t.money_of(str(cents // 100))


def _amount(cents: int) -> Entry:
    return Entry(f"{cents // 100}.{cents % 100:02d}")
