"""The till's screen under a real keyboard: the steps that keys do, by the names of the table.

Owns where each step leads from what is in view. Which key is which step: `kiosk.desks.shortcuts`.
"""

from collections.abc import Sequence
from typing import Any

from common.i18n import LANGUAGES
from kiosk.views import CategoryView
from kiosk.widgets.search_field import has_keyboard


class TillKeys:
    """Mixed into the till's screen."""

    def in_field(self: Any) -> bool:
        """Return whether a text field has the keyboard."""
        return has_keyboard()

    def pressed(self: Any, name: str, quiet: bool) -> None:
        """Take a key; `quiet`: it stands alone, and may mean "yes" to a question.

        While a field has the keyboard, only keys that no field knows are taken.
        """
        step = self.desk.step(name)
        if step is None or (self.in_field() and not name.startswith(("f", "ctrl+"))):
            return
        if step.step == "yes":
            self.yes(quiet)
        else:
            getattr(self, step.step)(*step.args)

    def typed(self: Any, text: str) -> None:
        """Take characters that a person has typed: the pad's, and pieces more or less."""
        for character in text:
            if character in "+-":
                self.act("more", 1 if character == "+" else -1)
            else:
                self.act("press", "," if character in ",." else character)

    def yes(self: Any, quiet: bool) -> None:
        """Do what the large key at the foot would do; else use what was typed."""
        if self.foot == "choose":
            self.act("apply_entry")
        elif quiet and self.foot == "confirm" and self.can_confirm:
            self.confirm()
        elif quiet and self.foot == "answer" and self.can_answer:
            self.answer()

    def back_out(self: Any) -> None:
        """Leave what lies on top: an explanation, a notice, letters, a panel, what was typed."""
        if self.ids.sheet.shown:
            self.ids.sheet.shown = False
        elif self.ids.notice.shown:
            self.close_notice()
        elif self.ids.search.letters:
            self.ids.search.letters = False
        elif self.mode != "sell":
            self.act("back")
        else:
            self.act("press", "clear")

    def find(self: Any) -> None:
        """Let the search field have the keyboard."""
        if self.mode != "sell":
            self.act("back")
        self.ids.search.ids.input.focus = True

    def other_language(self: Any) -> None:
        """Say everything in the next language."""
        languages = list(LANGUAGES)
        at = languages.index(self.t.lang)
        self.dispatch("on_language", languages[(at + 1) % len(languages)])

    def step_line(self: Any, by: int) -> None:
        """Choose the next line of the basket, or the one before."""
        lines = self.desk.basket().lines
        if lines:
            at = next((place for place, line in enumerate(lines) if line.selected), -by)
            self.act("select", lines[min(max(at + by, 0), len(lines) - 1)].id)

    def remove_line(self: Any) -> None:
        """Take the selected line out."""
        for line in self.desk.basket().lines:
            if line.selected and not self.ids.hand.locked:
                self.act("remove", line.id)

    def step_page(self: Any, by: int) -> None:
        """Show the next page of articles, or the one before."""
        shelf = self.desk.shelf
        self.turn_page(min(max(shelf.page + by, 0), shelf.pages - 1))

    def step_category(self: Any, by: int) -> None:
        """Look into the next category, or the one before."""
        views = self.desk.shelf.categories(self.t)
        self._choose_beside(views, by)

    def step_part(self: Any, by: int) -> None:
        """Look into the next part of the chosen category, or the one before."""
        self._choose_beside(self.desk.shelf.parts(self.t), by)

    def _choose_beside(self: Any, views: Sequence[CategoryView], by: int) -> None:
        at = next((place for place, view in enumerate(views) if view.selected), None)
        if at is not None:
            self.choose_category(views[(at + by) % len(views)].id)

    def tap_place(self: Any, place: int) -> None:
        """Touch one of the articles in view, counted from 1."""
        ids = self.desk.shelf.ids()
        if self.mode == "sell" and place <= len(ids):
            self.act("tap_article", ids[place - 1])
