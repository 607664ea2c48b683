"""What the shop's own rules refuse, and what they flag on facts that they take."""

from typing import Final

from common.problems.kind import ErrorKind

PROBLEMS: Final = (
    ErrorKind(
        "unknown_article",
        "Article {article} is not in the catalogue.",
        "Check the code, or ask a manager to create the article.",
    ),
    ErrorKind(
        "code_taken",
        "Code {barcode} is that of another article by now: {article}.",
        "Scan it once more. What was sold of the new one stands on its tickets as it was.",
    ),
    ErrorKind(
        "price_in_past",
        "A price cannot be scheduled for a moment that is over: {moment}.",
        "Name a moment to come, or set the price at once.",
    ),
    ErrorKind(
        "unknown_schedule",
        "That scheduled price is not there; it may hold already.",
        "List them: comptoir-hub price",
    ),
    ErrorKind(
        "unknown_category", "Category {category} does not exist.", "Choose a category of the shop."
    ),
    ErrorKind(
        "repeated_category",
        "There is a category {category} in that place already.",
        "Give it another name, or put its articles there.",
    ),
    ErrorKind(
        "category_ambiguous",
        "{category} means several categories: {names}.",
        "Name the category above it as well, as “Boissons > Vins”.",
    ),
    ErrorKind(
        "category_loop",
        "{category} cannot be a part of itself.",
        "Put it under another category, or under none.",
    ),
    ErrorKind(
        "category_too_deep",
        "{category} cannot be put under {parent}, which stands under a category itself.",
        "Put it under a category of the first level.",
    ),
    ErrorKind(
        "category_has_parts",
        "{category} has categories under it, and cannot stand under another.",
        "Put those elsewhere first.",
    ),
    ErrorKind(
        "category_not_empty",
        "{category} is not empty. Articles: {articles}, of which no longer sold: {inactive}."
        " Categories under it: {parts}.",
        "Bring its articles another category by a list (import-articles), and put the categories"
        " under it elsewhere: comptoir-hub categories set PART --under OTHER",
    ),
    ErrorKind(
        "category_removed",
        "Category {category} was removed.",
        "Choose another category of the shop.",
    ),
    ErrorKind(
        "category_into_itself",
        "What is still made for {category} cannot go there when it is removed.",
        "Name another category by --into, or none.",
    ),
    ErrorKind(
        "last_category",
        "{category} is the only category, and a new article needs one.",
        "Add another first: comptoir-hub categories add NAME",
    ),
    ErrorKind(
        "picture_unreadable",
        "{file} cannot be read as a picture: {reason}.",
        "Save it as JPEG or PNG, of at most 64 megapixels, and import it again.",
    ),
    ErrorKind(
        "picture_of_nothing",
        "{file}: no article has this code, and no category this name.",
        "Name the file by one of the article's codes, as 3017620422003.jpg, or by the category.",
    ),
    ErrorKind(
        "picture_repeated",
        "{file} and {other} are pictures of the same: {name}.",
        "Leave one of them in the folder.",
    ),
    ErrorKind(
        "picture_unfit",
        "This is no picture as tiles show them: {reason}.",
        "Bring it by: comptoir-hub pictures import",
    ),
    ErrorKind(
        "no_pictures",
        "There is no file in {folder}.",
        "Name the folder that the pictures lie in.",
    ),
    ErrorKind(
        "profile_not_allowed",
        "A {profile} may not do this ({kind}).",
        "Do it on a post that may, or ask the administrator.",
    ),
    ErrorKind(
        "repeated_code",
        "Barcode {code} already belongs to another article.",
        "Remove it there first.",
    ),
    ErrorKind(
        "repeated_id",
        "The paper {id} was taken before with other contents.",
        "Both are kept; compare them with what was printed.",
    ),
    ErrorKind("flag_unknown_article", "Sold an article that the hub does not know: {label}."),
    ErrorKind(
        "flag_category_removed",
        "A till made an article for a category that was removed: {article}.",
        "It stands in the category that was named instead. Put it elsewhere by a list if need be.",
    ),
    ErrorKind("flag_negative_stock", "Stock of {article} is below zero: {quantity}."),
    ErrorKind("flag_totals_differ", "Ticket {number}: its totals do not add up."),
    ErrorKind("flag_repeated_number", "Ticket number {number} was used before."),
    ErrorKind("flag_repeated_id", "An operation with the same id was taken before: {id}."),
    ErrorKind("flag_clock", "The clock of {device} differs from the hub's by {seconds} s."),
    ErrorKind(
        "flag_record_invalid",
        "A till's signed record is not what it should be: {record}.",
        "Look what happened to that till and its files. The sale was taken all the same.",
    ),
    ErrorKind(
        "flag_records_missing",
        "Signed records of a till are missing before one that came: {records}.",
        "Look for operations in quarantine, and whether the hub was restored. They may come yet.",
    ),
    ErrorKind(
        "flag_chain_begun",
        "A till began another chain of signed records: {chain}.",
        "Its outbox was lost, damaged or put back from a copy. Look what happened there.",
    ),
    ErrorKind(
        "flag_refund_unknown",
        "A refund names a ticket that the hub does not have: {refund}.",
        "Look at the paper. The ticket may still be on its way from a till.",
    ),
    ErrorKind(
        "flag_refund_above",
        "A refund gives back more than its ticket sold: {refund}.",
        "Compare both tickets, and ask who made it.",
    ),
    ErrorKind(
        "flag_refund_repeated",
        "A refund gives back once more what was given back before: {refund}.",
        "Look for the other refunds of that ticket, and ask who made them.",
    ),
    ErrorKind(
        "ticket_too_large",
        "A ticket cannot take this: too many lines, or too large an amount.",
        "Finish this sale and begin another.",
    ),
    ErrorKind(
        "unknown_parked",
        "That parked ticket is not known.",
        "It may have been parked on a till that has not reached the hub yet.",
    ),
    ErrorKind(
        "parked_elsewhere",
        "That parked ticket is in hand at {device}.",
        "Let it be paid there, or parked again.",
    ),
    ErrorKind(
        "parked_over",
        "That parked ticket is over; {device} had it last.",
        "Look for it among the last tickets.",
    ),
    ErrorKind(
        "parked_needs_hub",
        "A ticket that {device} parked cannot be recalled without the hub.",
        "Recall it there, or wait until the hub is back.",
        retryable=True,
    ),
    ErrorKind(
        "parked_unanswered",
        "The hub went away before it said whether this till may have the parked ticket.",
        "Look in the list of parked tickets: if it was granted, it says so there.",
        retryable=True,
    ),
    ErrorKind(
        "flag_parked_twice",
        "A parked ticket was recalled on two tills: {tickets}.",
        "Look whether it was sold twice, and whether a customer paid twice.",
    ),
    ErrorKind(
        "flag_parked_unknown",
        "A till went on with a parked ticket that the hub does not have: {ticket}.",
        "Look for its parking in quarantine.",
    ),
    ErrorKind(
        "flag_customer_erased",
        "Data of a customer who was erased before came late, and was not kept.",
    ),
    ErrorKind(
        "flag_customer_unproven",
        "Ticket {number} names a customer, and nothing shows who that is.",
        "Look at the till that made it. The ticket was taken all the same.",
    ),
    ErrorKind(
        "flag_customer_unknown",
        "Ticket {number} names a customer whom the hub does not know.",
        "They may be on their way, or lie in quarantine.",
    ),
    ErrorKind(
        "customer_unknown",
        "There is no customer {customer}.",
        "List them: comptoir-hub customers",
    ),
    ErrorKind(
        "customer_ambiguous",
        "{customer} means several customers: {names}.",
        "Write more of the name, the telephone number, or the reference in brackets.",
    ),
    ErrorKind(
        "customer_gone",
        "The customer on this ticket is not known any more.",
        "They were erased. Take them off the ticket, or choose somebody else.",
    ),
    ErrorKind("ticket_empty", "A ticket needs at least one line.", "Add an article first."),
    ErrorKind(
        "payment_differs",
        "The payments do not settle the ticket.",
        "Enter at least what the ticket comes to.",
        retryable=True,
    ),
    ErrorKind(
        "refund_positive",
        "A refund gives goods and money back: its quantities and amounts are negative.",
        "Sell what the customer takes instead on a ticket of its own.",
    ),
    ErrorKind(
        "unknown_ticket",
        "Ticket {ticket} is not known at this post.",
        "Look for it by its number, or name it as its paper does.",
    ),
    ErrorKind(
        "session_needed",
        "This shop opens a cash session before it sells.",
        "Count the float and open the till first.",
        retryable=True,
    ),
    ErrorKind(
        "left_above_count",
        "More cannot stay in the drawer than was counted there.",
        "Enter what stays in it for the next day.",
        retryable=True,
    ),
    ErrorKind(
        "session_already_open",
        "A cash session is open at this till.",
        "End it with a Z first.",
    ),
    ErrorKind(
        "session_not_open",
        "Nothing has happened at this till since its last Z.",
        "Open a cash session, or sell.",
    ),
)
