"""What is to be said where the journal is not what posts have seen of it."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "journal_contradicted",
        "The hub's signed journal is not the one that this post has seen; first line that differs:"
        " {lines}.",
        "The database was changed, or an older copy put in its place. Keep it and its backups, and"
        " look on the hub: comptoir-hub journal status",
    ),
    ErrorKind(
        "journal_other_key",
        "The hub signs its journal by another key than the one that this post knows.",
        "Keep the hub's folder and its backups; show this to your installer.",
    ),
    ErrorKind(
        "journal_lost",
        "A backup was restored, and a post had seen the signed journal go further than it does.",
        "Posts give back what they have. What is missing all the same: comptoir-hub journal status",
    ),
    ErrorKind(
        "witness_unreadable",
        "The file {file} is not what a post has seen of the journal: {reason}.",
        "Make it again on that post: comptoir-kiosk journal heads --out FILE",
    ),
)
