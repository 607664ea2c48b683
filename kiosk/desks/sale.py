"""The sale in hand: its basket, and the way back from every step of it.

Owns what putting in, counting and taking out do, and that each is one step to take back. How it is
paid is not asked here, nor what is typed on the pad.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from common.commands import Unparked
from common.models import Article
from common.money import MILLI
from kiosk.basket import MAX_QUANTITY_MILLI, Basket, BasketLine
from kiosk.views.notices import Notice, emptied, not_taken

_UNDO_STEPS: Final = 50


class SaleInHand:
    """One basket after another. `say` shows a notice, `changed` is told of each step.

    `may_become`: whether the sale may come to so many cents; no step leads where it may not. `over`
    is told what became of the parked ticket that a sale went on from.
    """

    def __init__(
        self,
        say: Callable[[Notice], None],
        changed: Callable[[], None],
        may_become: Callable[[int], bool],
        over: Callable[[str, Unparked], None],
    ) -> None:
        self.basket = Basket()
        self._before: list[Basket] = []
        self._say = say
        self._changed = changed
        self._may_become = may_become
        self._tell_over = over

    @property
    def line(self) -> BasketLine | None:
        """Return the line that the keys act on."""
        return self.basket.line(self.basket.selected)

    @property
    def can_undo(self) -> bool:
        """Return whether there is a step of this sale to take back."""
        return bool(self._before)

    def add(self, article: Article, quantity_milli: int) -> bool:
        """Put so much of an article in; return whether there was room for it."""
        if not self.basket.takes(article, quantity_milli):
            self._say(not_taken(article.name))
            return False
        self.change(self.basket.add(article, quantity_milli))
        return True

    def add_labelled(self, article: Article, price_cents: int) -> bool:
        """Put a piece in at the price on its label; return whether there was room for it."""
        if not self.basket.takes_line(price_cents):
            self._say(not_taken(article.name))
            return False
        self.change(self.basket.add_labelled(article, price_cents))
        return True

    def set_quantity(self, quantity_milli: int) -> None:
        """Set how much of the selected line there is."""
        line = self.line
        if line is not None and quantity_milli <= MAX_QUANTITY_MILLI:
            self.change(self.basket.set_quantity(line.id, quantity_milli))

    def more(self, pieces: int) -> None:
        """Change the selected line by so many pieces; at nothing left, it goes."""
        line = self.line
        if line is not None:
            self.set_quantity(max(0, line.quantity_milli + pieces * MILLI))

    def select(self, line_id: int) -> None:
        """Let the keys act on this line."""
        self.basket = self.basket.select(line_id)

    def remove(self, line_id: int) -> None:
        """Take a line out."""
        self.change(self.basket.remove(line_id))

    def empty(self) -> None:
        """Take everything out, with a way back in view."""
        lines = len(self.basket.lines)
        if not lines:
            return
        self.change(self.basket.clear())
        if not self.basket:
            self._say(emptied(lines))

    def undo(self) -> bool:
        """Take the last step back; return whether there was one."""
        if not self._before or not self._may_become(self._before[-1].total_cents):
            return False
        now, back = self.basket, self._before.pop()
        # Whose sale it is, and what is noted, are no steps; they come back with what was emptied.
        if now:
            back = replace(back, customer=now.customer, note=now.note)
        self.basket = back
        return True

    def change(self, basket: Basket) -> None:
        """Have another basket in hand: one step, which `undo` takes back."""
        before = self.basket
        if basket.total_cents < before.total_cents and not self._may_become(basket.total_cents):
            return
        self.basket = basket
        if (basket.lines, basket.discount) == (before.lines, before.discount):
            return
        self._before = [*self._before[-_UNDO_STEPS:], before]
        self._changed()

    def strike(self, line_id: int) -> None:
        """Take a line out for good: that it was rung up is recorded. No step leads back to it."""
        parked, self.basket = self.basket.parked, self.basket.remove(line_id)
        if not self.basket:
            self._over(parked, Unparked.DROPPED)
        self._before.clear()
        self._changed()

    def end(self, outcome: Unparked = Unparked.SOLD) -> None:
        """Begin anew: this sale is paid, or given up. There is no way back."""
        self._over(self.basket.parked, outcome)
        self.lay_aside()

    def lay_aside(self) -> None:
        """Begin anew: this sale lies elsewhere. There is no way back from here."""
        self.basket = self.basket.clear()
        self._before.clear()

    def go_on(self, basket: Basket) -> None:
        """Take up a sale that was begun before; nothing of it can be taken back step by step."""
        self.basket = basket
        self._before.clear()
        self._changed()

    def _over(self, parked: str, outcome: Unparked) -> None:
        if parked:
            self._tell_over(parked, outcome)
