"""What goes wrong on a post itself: its files, its folder, its disk."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "second_needs_package",
        "A second signature needs the Python package cryptography.",
        "Install it from packaging/locks/ecdsa.txt, then do it again.",
    ),
    ErrorKind(
        "sqlite_too_old",
        "The SQLite of this computer ({found}) can damage its own files.",
        "Install the package pysqlite3, or SQLite {needed} or newer.",
    ),
    ErrorKind(
        "disk_full",
        "The disk is full ({folder}): nothing was recorded.",
        "Free some space, then do it again.",
        retryable=True,
    ),
    ErrorKind(
        "disk_failed",
        "The file {file} cannot be used: {reason}.",
        "Check the disk, then start again; show this to your installer.",
        retryable=True,
    ),
    ErrorKind(
        "outbox_in_doubt",
        "It is not certain whether this was recorded: the file {file} cannot be used ({reason}).",
        "Do not do it again yet: start again first, and look whether it is there.",
    ),
    ErrorKind(
        "folder_in_use",
        "Another kiosk is running on the folder {folder}.",
        "Close it, or choose another folder (--data).",
        retryable=True,
    ),
    ErrorKind(
        "unreadable_device",
        "The file {file} cannot be read: {reason}.",
        "Bring it back from a copy, or pair this post again in a new folder.",
    ),
    ErrorKind(
        "keys_were_readable",
        "Other users of this computer could read the keys of this post ({path}).",
        "That was put right; if somebody may have read them, pair this post again.",
    ),
    ErrorKind(
        "keys_locked",
        "The keys of this post are sealed by a passphrase.",
        "Start it in a terminal, which asks for it, or with --passphrase-file FILE.",
    ),
    ErrorKind(
        "hub_older",
        "The hub has gone back to a state older than what this post has seen.",
        "Ask the administrator which of its backups was restored.",
    ),
    ErrorKind(
        "outbox_damaged",
        "The file of waiting operations was damaged: {saved} saved, {lost} could not be read.",
        "It was kept as {file}; show this to your installer.",
    ),
    ErrorKind(
        "outbox_locked",
        "The key of the waiting operations is gone or another: {waiting} cannot be read.",
        "Nothing was erased: they are kept as {file}. Put the lost key into keys/ as store.old.key,"
        " start again, and they are sent; show this to your installer.",
    ),
    ErrorKind(
        "outbox_unlocked",
        "{saved} waiting operations whose key was gone are back, and are sent.",
    ),
    ErrorKind(
        "outbox_missing",
        "The file of waiting operations was gone or empty: {saved} saved.",
        "What was not sent before is not known here; show this to your installer.",
    ),
    ErrorKind(
        "outbox_set_back",
        "The files of this post had gone back to an older state.",
        "It goes on with the new ticket series {series}; nothing needs doing.",
    ),
    ErrorKind(
        "replica_no_room",
        "The disk of this post is almost full ({folder}): what the shop changes is not shown.",
        "Free some space; what is recorded here is kept, and sent.",
        retryable=True,
    ),
    ErrorKind(
        "replica_rebuilt",
        "The copy of the shop on this post was damaged: it is fetched again.",
        "Nothing needs doing; waiting operations are not affected.",
    ),
    ErrorKind(
        "no_offline_login",
        "The office does not answer, and this post cannot let this person in by itself.",
        "Log in once while the office is there, or as somebody who has logged in here before.",
        retryable=True,
    ),
    ErrorKind(
        "offline_login_expired",
        "The office was not asked about this PIN for more than {days} days.",
        "Log in once while the office is there.",
        retryable=True,
    ),
    ErrorKind(
        "pin_needs_hub",
        "Only the office computer can set a PIN, and it does not answer.",
        "Do it when this post is online.",
        retryable=True,
    ),
    ErrorKind(
        "override_needs_hub",
        "This needs the office computer, which does not answer.",
        "Do it when this post is online.",
        retryable=True,
    ),
    ErrorKind(
        "older_need_hub",
        "Older tickets lie at the office computer, which does not answer.",
        "Ask again when this post is online.",
        retryable=True,
    ),
    ErrorKind(
        "pins_differ",
        "The two PINs are not the same.",
        "Type the new PIN again.",
        retryable=True,
    ),
    ErrorKind(
        "too_many_held",
        "{limit} requests wait already for somebody to log in.",
        "Log in while the office is there; they are sent then.",
        retryable=True,
    ),
    ErrorKind(
        "printer_address",
        "{address} is no address of a printer.",
        "Known here: {known}.",
    ),
    ErrorKind(
        "printer_unreachable",
        "The printer {printer} does not take the paper: {reason}.",
        "See that it is on, has paper and is connected; what waits is printed then.",
        retryable=True,
    ),
    ErrorKind(
        "too_many_papers",
        "{limit} papers wait for the printer already.",
        "Mend the printer, or drop what waits: tickets can be printed again later.",
        retryable=True,
    ),
    ErrorKind(
        "terminal_address",
        "{address} is no card terminal.",
        "Known here: {known}.",
    ),
    ErrorKind(
        "terminal_unreachable",
        "The card terminal {terminal} cannot be reached: {reason}.",
        "Nothing was taken. See that it is on and connected, or take the payment in another way.",
        retryable=True,
    ),
    ErrorKind(
        "terminal_busy",
        "The card terminal is busy with another payment.",
        "Wait until it is over, or cancel it.",
        retryable=True,
    ),
    ErrorKind(
        "terminal_cut",
        "The line to the card terminal broke: how the payment ended is not known here.",
        "Look at the terminal or its paper, and say whether it was accepted.",
    ),
    ErrorKind(
        "terminal_silent",
        "The card terminal does not answer any more: how the payment ended is not known here.",
        "Look at the terminal or its paper, and say whether it was accepted.",
    ),
    ErrorKind(
        "card_declined",
        "The card was declined.",
        "Try another card, or pay in another way.",
        retryable=True,
    ),
    ErrorKind(
        "card_not_shown",
        "No card was shown in time.",
        "Begin the payment again.",
        retryable=True,
    ),
    ErrorKind(
        "too_many_cards",
        "{limit} card payments have no ticket.",
        "Look after them under “Equipment” before another card is taken.",
        retryable=True,
    ),
    ErrorKind(
        "cards_unreadable",
        "What this till kept of card payments without a ticket cannot be read.",
        "It was kept as {file}. Compare the terminal's list with the tickets.",
    ),
    ErrorKind(
        "logo_unreadable",
        "The logo {file} cannot be used: {reason}.",
        "Tickets are printed without it. Give a PNG or JPEG file.",
    ),
    ErrorKind(
        "scale_address",
        "{address} is no address of a scale.",
        "Known here: {known}.",
    ),
    ErrorKind(
        "scale_unreachable",
        "The scale {scale} cannot be reached: {reason}.",
        "See that it is on and connected; until then type the weight.",
        retryable=True,
    ),
    ErrorKind(
        "scale_silent",
        "The scale says nothing.",
        "See that it is on, and that its protocol is the one in devices.toml; until then type the"
        " weight.",
        retryable=True,
    ),
    ErrorKind(
        "scale_moves",
        "The scale does not come to rest.",
        "Wait until the goods lie still, then weigh again.",
        retryable=True,
    ),
    ErrorKind(
        "scale_out_of_range",
        "The scale cannot weigh this: too heavy, or less than nothing.",
        "Take everything off, set it to zero, then weigh again.",
        retryable=True,
    ),
    ErrorKind(
        "scale_empty",
        "Nothing lies on the scale.",
        "Put the goods on it, then weigh again.",
        retryable=True,
    ),
    ErrorKind(
        "display_ended",
        "The customer's screen has ended: {reason}.",
        "Start it again under “Equipment”; selling goes on without it.",
        retryable=True,
    ),
    ErrorKind("bad_line", "This line is not understood: {reason}."),
    ErrorKind(
        "kiosk_fault",
        "Something went wrong in this program: {reason}.",
        "It goes on by itself; show this to your installer.",
        retryable=True,
    ),
    ErrorKind(
        "no_kivy",
        "The window needs Kivy, which is not installed here.",
        "Install comptoir[kiosk], or start without a window (--headless).",
    ),
    ErrorKind(
        "no_hub_found",
        "No hub announces itself on this network.",
        "Give its address: comptoir-kiosk pair --hub HOST.",
        retryable=True,
    ),
    ErrorKind(
        "several_hubs_found",
        "Several hubs announce themselves: {hubs}.",
        "Choose one: comptoir-kiosk pair --hub HOST.",
    ),
)
