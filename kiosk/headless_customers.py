"""What a headless kiosk's lines about customers do: making or correcting one, and finding them.

Owns how they are named in lines. Whose ticket it is, `sell` says.

Lines in:

    {"do":"customer","name":"Amélie Dubois","phone":"06 12 34 56 78"}          → customer, reply
        with `id`: that one is to be so from now on; `email`, `address`, `note`, `vat_number`,
        `siret`, `active` as well
    {"do":"customers","text":"amel","limit":20}                                → customers

Lines out:

    {"event":"customer","customer":{…},"n":8}
    {"event":"customers","customers":[{…}]}
"""

from collections.abc import Callable, Mapping
from typing import Any

from common.commands import CustomerPut
from common.models import Customer
from kiosk import headless_lines as lines
from kiosk.session import Session


class CustomerLines:
    """Works on a session. `say(event, tag, **fields)` gives a line out; `done` so, with its n."""

    def __init__(
        self, session: Session, say: Callable[..., None], done: Callable[..., None]
    ) -> None:
        self._session = session
        self._say = say
        self._done = done
        self.handlers: Mapping[type[Any], Callable[[Any], None]] = {
            lines.PutCustomer: self._put,
            lines.FindCustomers: self._find,
        }

    def _put(self, line: lines.PutCustomer) -> None:
        customer = Customer(
            line.id or self._session.new_id(),
            line.name,
            line.phone,
            line.email,
            line.address,
            line.note,
            line.vat_number,
            line.siret,
            line.active,
        )
        self._session.send("customer.put", CustomerPut(customer))
        self._done("customer", line.tag, customer=customer)

    def _find(self, line: lines.FindCustomers) -> None:
        found = self._session.catalogue.customers.find(line.text, line.limit)
        self._say("customers", line.tag, customers=found)
