"""A customer in a record: a reference and a salted commitment, so that who it was can be erased.

What is signed stays for ever, and holds an id and a digest; who that was, and the salt, travel and
are kept beside it (`CustomerOpening`). Whoever has both can prove whose ticket it was. Once they
are erased nobody can: the salt is as long as the digest, so that names cannot be tried out.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from common.journal import canon
from common.models import (
    Customer,
    CustomerCode,
    CustomerName,
    CustomerRef,
    CustomerText,
    Id,
)

SALT_BYTES: Final = 32
VERSION: Final = 1
"""Of what is committed to. A later one is read beside this one."""
_COMMITTED: Final = b"comptoir/customer/1\0"
"""Before what is digested: this digest is none of anything else's."""


@dataclass(frozen=True, slots=True)
class CommittedCustomer:
    """Who somebody was when the ticket was paid: what of a customer's row identifies them."""

    id: Id
    name: CustomerName
    phone: CustomerCode = ""
    email: CustomerText = ""
    address: CustomerText = ""
    vat_number: CustomerCode = ""
    siret: CustomerCode = ""
    v: int = VERSION


@dataclass(frozen=True, slots=True)
class CustomerOpening:
    """What opens a commitment. `salt`: 32 bytes as hex, drawn for one ticket."""

    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    customer: CommittedCustomer


def opening_of(customer: Customer, salt: bytes) -> CustomerOpening:
    """Return what opens the commitment to a customer as they are now; `salt`: 32 random bytes."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt of {len(salt)} bytes")
    committed = CommittedCustomer(
        customer.id,
        customer.name,
        customer.phone,
        customer.email,
        customer.address,
        customer.vat_number,
        customer.siret,
    )
    return CustomerOpening(salt.hex(), committed)


def reference(opening: CustomerOpening) -> CustomerRef:
    """Return what stands on a ticket: the id, and BLAKE2b-256 over prefix, salt and fields."""
    body = canon.canonical(msgspec.to_builtins(opening.customer))
    message = _COMMITTED + bytes.fromhex(opening.salt) + body
    return CustomerRef(opening.customer.id, canon.digest(message))
