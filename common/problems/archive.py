"""What goes wrong with archives of the journal, and with taking out what is in one."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "archive_nothing",
        "The journal has nothing to archive there ({what}).",
        "See where it stands: comptoir-hub journal status",
    ),
    ErrorKind(
        "archive_period",
        "{period} is no period.",
        "Write a year, 2026, or a month, 2026-03.",
    ),
    ErrorKind(
        "archive_unwritable",
        "{file} cannot be written: {reason}. Nothing was left behind.",
        "Check its folder, who owns it, and the room on that disk.",
        retryable=True,
    ),
    ErrorKind("archive_missing", "There is no archive {file}.", "Check its name and the disk."),
    ErrorKind(
        "archive_unreadable",
        "{file} is no archive, or cannot be read as one: {reason}.",
        "Use a copy of it that is whole.",
    ),
    ErrorKind(
        "archive_of_another",
        "{file} is no archive of this hub's journal as it is here.",
        "Archive again, or use the archive of this hub.",
    ),
    ErrorKind(
        "archive_unsound",
        "{file} does not hold ({where}); nothing was taken out.",
        "See what is wrong with it: comptoir-hub journal check-archive {file}",
    ),
    ErrorKind(
        "archive_unknown",
        "This journal does not say that it ever made {file}; nothing was taken out.",
        "Archive again: comptoir-hub journal archive --out FILE",
    ),
    ErrorKind(
        "archive_differs",
        "{file} does not hold what the journal holds, from line {line} on; nothing was taken out.",
        "Look which of them was changed: comptoir-hub journal verify",
    ),
    ErrorKind(
        "purge_order",
        "{file} begins at line {first}; line {needed} is in an earlier archive.",
        "Purge by that one first.",
    ),
    ErrorKind(
        "purge_nothing",
        "Nothing that {file} holds is older than {years} years and still here.",
        "Keep it, and come back later.",
    ),
    ErrorKind(
        "purge_unsound",
        "The journal does not hold ({where}); nothing was taken out.",
        "Look at all of it: comptoir-hub journal verify",
    ),
    ErrorKind(
        "purge_unconfirmed",
        "Not confirmed: nothing was taken out.",
        "Type the name of the archive's file as it stands there.",
    ),
)
