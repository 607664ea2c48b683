"""What goes wrong between hub and kiosk: commands, versions, a hub that cannot write."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "unknown_command",
        "The hub does not know the command {kind}.",
        "Update the hub, then try the operation again.",
        retryable=True,
    ),
    ErrorKind(
        "unknown_schema",
        "Version {schema} of {kind} is newer than this hub.",
        "Update the hub, then try the operation again.",
        retryable=True,
    ),
    ErrorKind(
        "unreadable_command",
        "The operation could not be read: {reason}.",
        "Its bytes are kept; show this to your installer.",
    ),
    ErrorKind(
        "handler_failed",
        "The hub failed on this operation: {reason}.",
        "It is kept, and the others go on; show this to your installer.",
        retryable=True,
    ),
    ErrorKind(
        "hash_mismatch",
        "Operation {n} arrived twice with different contents.",
        "Both are kept; show this to your installer.",
    ),
    ErrorKind(
        "outbox_of_another",
        "The outbox {outbox} belongs to another device.",
        "Pair this device again.",
    ),
    ErrorKind(
        "protocol_version",
        "This kiosk speaks protocol {theirs}, the hub speaks {ours}.",
        "Update the older of the two.",
    ),
    ErrorKind("unknown_topic", "There is no topic {topic} for a {profile}.", "Check the profile."),
    ErrorKind("unknown_query", "The hub does not know the question {kind}.", "Update the hub."),
    ErrorKind("malformed", "A message could not be read: {reason}.", "Update both sides."),
    ErrorKind(
        "hub_busy",
        "The hub cannot write to its disk now: {reason}.",
        "Free space on the hub's disk; the operation is kept and sent again.",
        retryable=True,
    ),
    ErrorKind("not_available", "This is not available now: {reason}.", retryable=True),
    ErrorKind(
        "operation_too_large",
        "The operation is too large ({size} bytes of {limit}).",
        "Split it into several.",
    ),
)
