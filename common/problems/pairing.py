"""What goes wrong before a post belongs to a hub."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "no_code_out",
        "No pairing code is open on the hub.",
        "Ask the administrator for a new code (comptoir-hub pair).",
        retryable=True,
    ),
    ErrorKind(
        "wrong_code",
        "The pairing code is not right.",
        "Check each character; after five wrong tries ask for a new code.",
        retryable=True,
    ),
    ErrorKind(
        "code_burnt",
        "Too many wrong tries: this pairing code is void.",
        "Ask the administrator for a new code.",
    ),
    ErrorKind(
        "code_expired",
        "This pairing code has expired.",
        "Ask the administrator for a new code.",
    ),
    ErrorKind(
        "false_hub",
        "This hub could not prove that it knows the pairing code.",
        "Check the address; another machine may be posing as the hub.",
    ),
    ErrorKind(
        "card_unsigned",
        "The hub's card is not signed by the hub this kiosk was paired with.",
        "Check the address, or pair again if the hub was replaced.",
    ),
    ErrorKind(
        "hub_unreachable",
        "No hub answers at {address}.",
        "Check the address, the cable and that the hub runs.",
        retryable=True,
    ),
    ErrorKind(
        "not_paired",
        "This post is not paired with a hub yet.",
        "Ask the administrator for a code, then pair it (comptoir-kiosk pair).",
    ),
    ErrorKind(
        "already_paired",
        "This post is already paired, as {name}.",
        "Choose another folder (--data), or move this one away first: {folder}.",
    ),
    ErrorKind(
        "mistyped_code",
        "This is not a pairing code: {reason}.",
        "Type its 16 characters as they are shown.",
        retryable=True,
    ),
    ErrorKind(
        "hub_refuses_key",
        "The hub does not admit this post.",
        "Ask the administrator whether it was revoked; nothing was erased here.",
        retryable=True,
    ),
)
