"""One line of the tables of problems."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """`text` says what was wrong and where, `hint` what would do; both take `{name}` fields.

    `retryable`: whether the same thing may work later. Texts are English msgids.
    """

    code: str
    text: str
    hint: str = ""
    retryable: bool = False
