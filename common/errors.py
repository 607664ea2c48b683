"""Every way Comptoir says no: one table of codes, each with its text, its hint, and whether the
same thing may work later. Texts are English msgids; screens and terminals translate them. A
`Refusal` is an outcome that somebody chose; any other exception is a fault.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common.problems import archive, hub, keys, kiosk, pairing, people, trade, wire, witness
from common.problems.kind import ErrorKind

__all__ = ["ERRORS", "ErrorKind", "Problem", "Refusal"]


def _joined(*tables: Iterable[ErrorKind]) -> Mapping[str, ErrorKind]:
    kinds = [kind for table in tables for kind in table]
    by_code = {kind.code: kind for kind in kinds}
    if len(by_code) != len(kinds):
        raise ValueError("an error code stands twice")
    return by_code


ERRORS: Final = _joined(
    trade.PROBLEMS,
    wire.PROBLEMS,
    pairing.PROBLEMS,
    people.PROBLEMS,
    keys.PROBLEMS,
    kiosk.PROBLEMS,
    hub.PROBLEMS,
    witness.PROBLEMS,
    archive.PROBLEMS,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One code of `ERRORS` with its fields; crosses the wire as {code, params}."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> ErrorKind:
        """Return the table's entry; a code of a newer peer becomes a plain `not_available`."""
        if self.code in ERRORS:
            return ERRORS[self.code]
        # Braces are doubled: what a peer sends is never a template.
        named = self.code.replace("{", "{{").replace("}", "}}")
        return ErrorKind(self.code, f"Error {named}.")

    def text(self, translate: Any = str) -> str:
        """Return text and hint in the language of `translate` (msgid → text)."""
        return " ".join(filter(None, self.words(translate)))

    def words(self, translate: Any = str) -> tuple[str, str]:
        """Return text and hint apart; the hint is "" where there is none."""
        fields = _Fields(self.params)
        kind = self.kind
        text = translate(kind.text).format_map(fields)
        hint = translate(kind.hint).format_map(fields) if kind.hint else ""
        return text, hint


class _Fields(dict[str, Any]):
    """Keeps `{name}` where a field is missing: an error text must never raise itself."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Refusal(Exception):
    """Raised by a handler or a check that says no; carries the `Problem`."""

    def __init__(self, code: str, **params: Any) -> None:
        if code not in ERRORS:
            raise KeyError(f"error code {code!r} is not in ERRORS")
        self.problem = Problem(code, params)
        super().__init__(self.problem.text())
