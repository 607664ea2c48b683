"""The panels of a payment: cash with its quick sums, one amount by another method, what is left.

Owns their look. What is given, taken so far and enough is said by a `PaymentView`.
"""

from collections.abc import Sequence
from typing import Any, Final

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.views import CashChoice, PaymentView
from kiosk.views.payment import LeftView, MethodKey, TenderView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside

CHIPS_A_ROW: Final = 3


class SumKey(Key):
    """One quick sum."""

    cents = NumericProperty(0)


class MethodTab(Key):
    """One way to pay; `sign` is shown where there is room."""

    name = StringProperty("")
    sign = StringProperty("")


class TenderChip(Key):
    """What was taken once: a touch takes it back."""

    tender = NumericProperty(0)


class LeftChip(Key):
    """A card payment that no ticket holds: a touch pays with it."""

    reference = StringProperty("")


class PaymentHead(BoxLayout):
    """The ways to pay, and what was taken so far. `on_method(name)`, `on_take_back(id)`."""

    title = StringProperty("")
    __events__ = ("on_method", "on_take_back")

    def on_method(self, name: str) -> None:
        """Event: a way to pay was touched."""

    def on_take_back(self, tender_id: int) -> None:
        """Event: what was taken once should be given back."""

    def show(self, methods: Sequence[MethodKey], tenders: Sequence[TenderView]) -> None:
        """Show these; keys are kept while they are the same ones."""
        tabs: Any = self.ids.tabs
        if [key.name for key in reversed(tabs.children)] != [each.name for each in methods]:
            tabs.clear_widgets()
            for each in methods:
                tab = MethodTab(name=each.name)
                tab.bind(on_release=lambda one: self.dispatch("on_method", one.name))
                tabs.add_widget(tab)
        for tab, each in zip(reversed(tabs.children), methods, strict=True):
            tab.text, tab.sign = each.text, each.icon
            tab.look, tab.tone = ("tint", "accent") if each.on else ("raised", "plain")
        chips: Any = self.ids.chips
        if [chip.tender for chip in reversed(chips.children)] != [each.id for each in tenders]:
            chips.clear_widgets()
            for taken in tenders:
                chip = TenderChip(tender=taken.id)
                chip.bind(on_release=lambda one: self.dispatch("on_take_back", one.tender))
                chips.add_widget(chip)
        for chip, taken in zip(reversed(chips.children), tenders, strict=True):
            chip.text = f"{taken.text} {taken.amount}"


class PaymentPanel(DeskPanel):
    """Base of the panels; `view` fields as in `PaymentView`."""

    due_label = StringProperty("")
    due = StringProperty("")
    given = StringProperty("")
    label = StringProperty("")
    rest = StringProperty("")
    hint = StringProperty("")
    note = StringProperty("")
    total = StringProperty("")
    paid = StringProperty("")
    sign = StringProperty("")
    enough = BooleanProperty(True)
    calm = BooleanProperty(True)

    def show(self, desk: Any) -> None:
        """Show a payment as it stands."""
        view: PaymentView = desk.payment()
        self.due_label, self.due, self.given = view.due_label, view.due, view.given
        self.label, self.rest, self.enough = view.label, view.rest, view.enough
        self.hint, self.note, self.sign = view.hint, view.note, view.icon
        self.total, self.paid, self.calm = view.total, view.paid, view.calm
        self.ids.head.show(view.methods, view.tenders)
        self.ids.head.disabled = view.waiting
        self.show_choices(view.choices, view.given_cents)
        self.show_left(view.left)

    def show_choices(self, choices: Sequence[CashChoice], given_cents: int) -> None:
        """Show the quick sums, where the panel has any."""

    def show_left(self, left: Sequence[LeftView]) -> None:
        """Show the card payments without a ticket, where the panel has room for any."""


class CashPanel(PaymentPanel):
    """Cash: quick sums, what is handed over, the change."""

    def show_choices(self, choices: Sequence[CashChoice], given_cents: int) -> None:
        """Show the quick sums, the one that is handed over marked."""
        box: Any = self.ids.choices
        if [key.text for key in reversed(box.children)] != [each.text for each in choices]:
            box.clear_widgets()
            for choice in choices:
                key = SumKey(text=choice.text)
                key.cents = choice.cents
                key.bind(on_press=lambda pressed: self.act("paying.give", pressed.cents))
                box.add_widget(key)
        for key in box.children:
            chosen = key.cents == given_cents
            key.look, key.tone = ("tint", "go") if chosen else ("raised", "plain")


class AmountPanel(PaymentPanel):
    """One amount: by card, by cheque, by voucher."""

    def show_left(self, left: Sequence[LeftView]) -> None:
        """Show the card payments without a ticket that could pay for the sale."""
        chips: Any = self.ids.left
        shown = left[:CHIPS_A_ROW]
        if [chip.reference for chip in reversed(chips.children)] != [e.reference for e in shown]:
            chips.clear_widgets()
            for each in shown:
                chip = LeftChip(reference=each.reference)
                chip.bind(on_release=lambda one: self.act("paying.take_up", one.reference))
                chips.add_widget(chip)
        for chip, each in zip(reversed(chips.children), shown, strict=True):
            chip.text = f"{each.amount} · {each.time}"


class RestPanel(PaymentPanel):
    """A part is paid: what is left, in large type, and by what it can be paid."""


load_beside(__file__)
