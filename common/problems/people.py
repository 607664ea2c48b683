"""What goes wrong between people and posts: PINs, sessions, roles, permissions for one action."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "wrong_pin",
        "The PIN is not right.",
        "Try again, or have a manager set a new PIN.",
        retryable=True,
    ),
    ErrorKind(
        "too_many_tries",
        "Too many wrong PINs: the next try is possible in {retry_s} s.",
        "Wait, or have a manager set a new PIN.",
        retryable=True,
    ),
    ErrorKind(
        "pin_busy",
        "Another PIN is being checked.",
        "Try again in a moment.",
        retryable=True,
    ),
    ErrorKind(
        "pin_form",
        "A PIN has {least} to {most} digits and nothing else.",
        "Choose another PIN.",
        retryable=True,
    ),
    ErrorKind(
        "pin_trivial",
        "Everybody would guess this PIN: it counts up or down, or repeats itself.",
        "Choose another PIN.",
        retryable=True,
    ),
    ErrorKind(
        "login_needed",
        "Nobody is logged in on this post ({kind}).",
        "Log in, then do it again.",
        retryable=True,
    ),
    ErrorKind(
        "session_ended",
        "The session of {person} has ended ({kind}).",
        "Log in again, then do it again.",
        retryable=True,
    ),
    ErrorKind(
        "not_allowed",
        "{person} may not do this ({kind}).",
        "Have somebody who may allow it with a PIN, or log in.",
        retryable=True,
    ),
    ErrorKind(
        "offline_session",
        "Logged in without the hub: {person} ({kind}).",
        "Log in again while the hub is there.",
        retryable=True,
    ),
    ErrorKind(
        "grant_unusable",
        "The permission for {kind} was used, has expired, or is for something else.",
        "Have it allowed again.",
        retryable=True,
    ),
    ErrorKind("person_unknown", "There is no person {person}.", "List them: comptoir-hub people"),
    ErrorKind(
        "person_ambiguous",
        "{person} means several people: {names}.",
        "Write the whole name, as it stands in the list: comptoir-hub people",
    ),
    ErrorKind(
        "person_name",
        "A name has 1 to 60 characters, on one line.",
        "Choose another name.",
    ),
    ErrorKind(
        "person_name_taken",
        "There is a person named {name} already.",
        "Add something to the name.",
    ),
    ErrorKind(
        "last_admin",
        "{person} is the last administrator with a PIN.",
        "Make somebody else an administrator first, with a PIN.",
    ),
    ErrorKind(
        "may_not_administer",
        "{person} may not change people of this role ({role}).",
        "Have an administrator do it.",
    ),
    # What the hub notices on facts, which it takes all the same.
    ErrorKind("no_session", "Recorded with nobody logged in."),
    ErrorKind("session_of_another", "Recorded in the name of somebody else."),
    ErrorKind("role_not_allowed", "Recorded by somebody whose role does not do this."),
    ErrorKind(
        "pin_tried",
        "Several wrong PINs in a row for one person.",
        "Ask who stands at that post; set a new PIN where somebody may have seen it.",
    ),
)
