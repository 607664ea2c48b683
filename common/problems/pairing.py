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
        "Check each character and the hub's fingerprint. After five wrong tries ask for a new one.",
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
        "The machine at {address} could not prove that it knows the code: it is not your hub "
        "(fingerprint {fingerprint}).",
        "It was not told the code, and nothing was kept. Choose the hub whose fingerprint "
        "“comptoir-hub pair” shows, and tell the administrator.",
    ),
    ErrorKind(
        "other_hub",
        "The machine at {address} is not the hub of this QR code: its fingerprint is {shown}, "
        "the QR code says {expected}.",
        "It was sent nothing. Scan the QR code that the hub shows now; where it stays so, tell the "
        "administrator that another machine poses as the hub.",
    ),
    ErrorKind(
        "qr_unreadable",
        "This is not a pairing QR code, or it was not read whole.",
        "Scan the one that “comptoir-hub pair” shows, whole, or type the 16 characters.",
        retryable=True,
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
        "This is not a pairing code: a character is wrong, missing or too many.",
        "Type its 16 characters as they are shown.",
        retryable=True,
    ),
    ErrorKind(
        "camera_failed",
        "The camera shows nothing.",
        "Use the barcode scanner, or type the 16 characters.",
        retryable=True,
    ),
    ErrorKind(
        "qr_image_format",
        "{file} is no name for an image of a QR code.",
        "End it in .png or .svg.",
    ),
    ErrorKind(
        "qr_image_exists",
        "{file} exists already; nothing was changed.",
        "Name a new file.",
    ),
    ErrorKind(
        "hub_refuses_key",
        "The hub does not admit this post.",
        "Ask the administrator whether it was revoked; nothing was erased here.",
        retryable=True,
    ),
)
