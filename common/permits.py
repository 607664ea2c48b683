"""What a person may be asked to allow that is no command of its own: it shows in another's fields.

Owns who may do it alone. A permission for it is asked of the hub, and noted in the till's journal,
as one for a command is.
"""

from collections.abc import Mapping
from typing import Final

from common.commands import COMMANDS, CommandKind, Nature
from common.people import Role
from common.topics import Profile

_TRUSTED: Final = frozenset({Role.SELLER, Role.MANAGER, Role.ADMIN})
_TILL: Final = frozenset({Profile.TILL})

DISCOUNT: Final = "discount.give"
PRICE: Final = "price.override"
PERMITS: Final = {
    name: CommandKind(name, {}, Nature.FACT, _TILL, _TRUSTED) for name in (DISCOUNT, PRICE)
}
if PERMITS.keys() & COMMANDS.keys():
    raise ImportError("a permit is a command")
ASKED: Final[Mapping[str, CommandKind]] = {**COMMANDS, **PERMITS}
"""All that somebody else may be asked to allow, commands and permits."""
