"""Whose sale it is, as the person at the till sees it: the search, who is found, who is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.i18n import Translator
from common.models import Customer
from kiosk.views.papers import SEPARATOR

REFERENCE: int = 8


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """Somebody of the list. `initial`: what stands in the circle before the name."""

    id: str
    name: str
    detail: str
    initial: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class BuyerView:
    """The panel. `chosen`: whose sale it is, "" for nobody's; `detail`: what is known of them.

    `can_put`, `can_erase`: whether the person here may make and correct, or forget.
    """

    text: str
    rows: tuple[CustomerRow, ...]
    nothing: str
    chosen: str
    detail: str
    can_put: bool
    can_change: bool
    can_erase: bool


def buyer_view(
    text: str,
    found: Sequence[Customer],
    customer_id: str,
    customer: Customer | None,
    rights: tuple[bool, bool],
    t: Translator,
) -> BuyerView:
    """Return the panel; `customer`: who the id stands for, None where nobody knows any more."""
    can_put, can_erase = rights
    nothing = ""
    if not found:
        nothing = t("Nobody is found.") if text.strip() else t("No customer yet.")
    return BuyerView(
        text,
        tuple(_row(each, customer_id) for each in found),
        nothing,
        named(customer_id, customer, t),
        "" if customer is None else _detail(customer),
        can_put,
        can_put and customer is not None,
        can_erase and customer is not None,
    )


def named(customer_id: str, customer: Customer | None, t: Translator) -> str:
    """Return a customer's name, or the reference that is left of one who is not known any more."""
    if not customer_id:
        return ""
    if customer is not None:
        return customer.name
    return t("Customer {reference}", reference=reference(customer_id))


def reference(customer_id: str) -> str:
    """Return by what a customer is named where no name is to stand."""
    return customer_id[-REFERENCE:].upper()


def _row(customer: Customer, chosen: str) -> CustomerRow:
    name = customer.name
    return CustomerRow(customer.id, name, _detail(customer), name[0].upper(), customer.id == chosen)


def _detail(customer: Customer) -> str:
    told = (customer.phone, customer.email, customer.vat_number, customer.note)
    return SEPARATOR.join(part for part in told if part)
