"""A safeguard of the shipping code, and the edits that switch it off.

A text must stand exactly once in its file, so that whoever moves a safeguard moves its line in the
table, too. What is put in its place runs: it is the mistake that somebody could make, never a
program that falls over.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file`, `old` stands exactly once and becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Safeguard:
    """One line of the table. `protects`: what would happen without it."""

    name: str
    protects: str
    edits: tuple[Edit, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files in which it stands."""
        return tuple(dict.fromkeys(edit.file for edit in self.edits))
