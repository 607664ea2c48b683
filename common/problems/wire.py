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
    ErrorKind(
        "hub_disk_full",
        "The hub's disk is full: nothing was lost.",
        "Free space on the hub's disk; the operation is kept on the post and sent again.",
        retryable=True,
    ),
    ErrorKind(
        "too_fast",
        "This post sends more than the hub takes from one post.",
        "What it recorded is kept and sent again; if it goes on, it is cut off for {seconds} s.",
        retryable=True,
    ),
    ErrorKind(
        "post_cut_off",
        "A post sent more than any post does, and was cut off for a while.",
        "Look at that post: something on it is broken, or somebody uses its keys. Nothing is lost.",
    ),
    ErrorKind(
        "unknown_device",
        "No post {device} is enrolled.",
        "List them: comptoir-hub devices",
    ),
    ErrorKind(
        "key_of_another",
        "The new key of {device} belongs to {other} already.",
        "Make new keys on the post.",
    ),
    ErrorKind(
        "outbox_gap",
        "Operations {first} to {last} of {device} are gone: the hub was restored without them.",
        "Its last tickets are on paper or in another backup; show this to your installer.",
    ),
    ErrorKind(
        "quarantine_full",
        "The quarantine of {device} is full ({count} operations, {size} bytes).",
        "End what lies there (comptoir-hub quarantine); the operation is kept and sent again.",
        retryable=True,
    ),
    ErrorKind(
        "quarantine_closed",
        "Operation {n} was in quarantine and was closed without effect.",
        "Record it again if it is still wanted.",
    ),
    ErrorKind(
        "quarantine_unknown",
        "There is no operation {ref} in quarantine.",
        "List them: comptoir-hub quarantine",
    ),
    ErrorKind(
        "quarantine_ambiguous",
        "{ref} means several operations in quarantine: {refs}.",
        "Name one of them in full.",
    ),
    ErrorKind(
        "quarantine_ended",
        "Operation {ref} has left the quarantine already: {outcome}.",
        "Nothing needs doing.",
    ),
    ErrorKind("not_available", "This is not available now: {reason}.", retryable=True),
    ErrorKind(
        "operation_too_large",
        "The operation is too large ({size} bytes of {limit}).",
        "Split it into several.",
    ),
)
