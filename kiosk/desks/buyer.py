"""Whose sale it is: finding a customer, making one, and taking them off the sale again.

Owns what is searched, and the questions by which somebody is made, corrected or forgotten. All but
forgetting needs no hub: who is made here is on the sale at once.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from common.commands import CustomerErase, CustomerPut
from common.i18n import Translator, mark
from common.models import Customer
from kiosk.desks.form import Answers, Field, Form, Kind
from kiosk.desks.reasons import said
from kiosk.rights import Right
from kiosk.views.buyer import BuyerView, buyer_view
from kiosk.views.mode import Mode

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

LISTED: Final = 50
_MAKING: Final = "customer.put"
_FORGETTING: Final = "customer.erase"
_NAME: Final = Field("name", Kind.TEXT, mark("Name"), most_letters=100)
_PHONE: Final = Field("phone", Kind.TEXT, mark("Phone"), optional=True, most_letters=40)
_EMAIL: Final = Field("email", Kind.MAIL, mark("E-mail"), optional=True, most_letters=200)
_MORE: Final = (
    Field("address", Kind.TEXT, mark("Address"), optional=True, most_letters=200),
    Field("vat_number", Kind.TEXT, mark("VAT no."), optional=True, most_letters=40),
    Field("siret", Kind.TEXT, "SIRET", optional=True, most_letters=40),
)


class Buyer:
    """The customer of the sale in hand. `text`: what is searched."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self.text = ""

    @property
    def customer(self) -> Customer | None:
        """Return whose sale it is; None for nobody's, or for who was erased meanwhile."""
        return self._desk.catalogue.customers.get(self._desk.sale.basket.customer)

    def view(self, t: Translator) -> BuyerView:
        """Return the panel."""
        desk, people = self._desk, self._desk.session.people
        found = desk.catalogue.customers.find(self.text, LISTED)
        return buyer_view(
            self.text,
            found,
            desk.sale.basket.customer,
            self.customer,
            (people.may(_MAKING) is not Right.NO, people.may(_FORGETTING) is not Right.NO),
            t,
        )

    # Touches.

    def open(self) -> None:
        """Look for somebody, anew."""
        self.text = ""
        self._desk.show(Mode.CUSTOMER)

    def search(self, text: str) -> None:
        """Take what is searched."""
        self.text = text

    def choose(self, customer_id: str) -> None:
        """Let the sale be this customer's, and go back to it."""
        desk = self._desk
        desk.sale.change(desk.sale.basket.with_customer(customer_id))
        desk.back()

    def take_off(self) -> None:
        """Let the sale be nobody's, and go back to it."""
        self.choose("")

    def ask_new(self) -> None:
        """Ask who is new; what was searched in vain is taken for name or number."""
        if not self._desk.allowing.ask(_MAKING, self.ask_new):
            return
        text = self.text.strip()
        number = any(part.isdecimal() for part in text) and not any(map(str.isalpha, text))
        new = Customer(self._desk.session.new_id(), "-")
        first = {"name": "" if number else text, "phone": text if number else ""}
        self._ask(said(mark("A new customer")), (_NAME, _PHONE, _EMAIL), new, first)

    def ask_change(self) -> None:
        """Ask what is to be corrected."""
        self._correct((_NAME, _PHONE, _EMAIL), self.ask_change)

    def ask_more(self) -> None:
        """Ask what a company's invoice needs to know."""
        self._correct(_MORE, self.ask_more)

    def ask_erase(self) -> None:
        """Ask whether the customer is to be forgotten, everywhere and for good."""
        customer, desk = self.customer, self._desk
        if customer is None or not desk.allowing.ask(_FORGETTING, self.ask_erase):
            return

        def done(_answers: Answers) -> None:
            desk.session.send(_FORGETTING, CustomerErase(customer.id))
            desk.sale.change(desk.sale.basket.with_customer(""))

        title = said(mark("Forget this customer?"))
        ok, name = said(mark("Forget for good")), customer.name

        def hint(t: Translator, _answers: Answers) -> str:
            return t(
                "{name} is forgotten on every post. Tickets stay, without the name.", name=name
            )

        desk.ask(Form(title, (), ok, done, hint, "danger"))

    # Inside.

    def _correct(self, fields: tuple[Field, ...], again: Callable[[], None]) -> None:
        customer = self.customer
        if customer is not None and self._desk.allowing.ask(_MAKING, again):
            first = {field.name: getattr(customer, field.name) for field in fields}
            self._ask(lambda _t: customer.name, fields, customer, first)

    def _ask(
        self,
        title: Callable[[Translator], str],
        fields: tuple[Field, ...],
        customer: Customer,
        first: dict[str, str],
    ) -> None:
        def done(answers: Answers) -> None:
            said_now: dict[str, Any] = {each.name: str(answers[each.name] or "") for each in fields}
            changed = replace(customer, **said_now)
            desk.session.send(_MAKING, CustomerPut(changed))
            desk.sale.change(desk.sale.basket.with_customer(changed.id))

        desk = self._desk
        asked = tuple(replace(field, first=first.get(field.name) or None) for field in fields)
        desk.ask(Form(title, asked, said(mark("Put on the sale")), done))
