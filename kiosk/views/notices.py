"""What a screen says in passing: what happened, what is safe, and what to do.

Owns these texts. A notice is kept as a function of the translator, so that switching languages
changes the one in view too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from common.errors import Problem
from common.i18n import Translator
from kiosk.views.problems import problem_text


@dataclass(frozen=True, slots=True)
class NoticeView:
    """`icon` is a drawn sign, `tone` a colour role; `action` is "" where nothing can be undone.

    `other`: something else that is offered instead, or "". `more` says that others follow, "" for
    the last.
    """

    tone: str
    icon: str
    title: str
    text: str
    action: str = ""
    more: str = ""
    other: str = ""


Notice = Callable[[Translator], NoticeView]


def unknown_code(code: str, sells: bool = False, creates: bool = False) -> Notice:
    """Nobody knows the code that was scanned or typed; where it `sells`, it may go as sundries;
    where it `creates`, as the article that is made of it."""
    return lambda t: NoticeView(
        "warn",
        "code",
        t("Code {code} is not in the catalogue", code=code),
        t("Nothing was added. Search for the article by its name, or tell a manager."),
        t("Sell as sundries") if sells else "",
        other=t("Make the article") if creates else "",
    )


def misread_code(code: str) -> Notice:
    """The check digit is wrong and nobody has the code: most likely a bad reading."""
    return lambda t: NoticeView(
        "warn",
        "code",
        t("Code {code} was not read well", code=code),
        t("Nothing was added. Scan it once more, or type the digits below it."),
    )


def not_sold(label: str) -> Notice:
    """The article exists and is not on sale any more."""
    return lambda t: NoticeView(
        "warn",
        "info",
        t("“{article}” is no longer sold", article=label),
        t("Nothing was added. Tell a manager if it should be on sale."),
    )


def favourite(label: str, added: bool | None) -> Notice:
    """An article is at hand from now on, or no longer, or there are enough of them."""
    if added is None:
        return lambda t: NoticeView(
            "warn",
            "info",
            t("There are enough favourites"),
            t("Take another one away first."),
        )
    return lambda t: NoticeView(
        "accent",
        "star",
        t("“{article}” is a favourite", article=label)
        if added
        else t("“{article}” is no favourite any more", article=label),
        t("Favourites stand beside the categories of this till."),
    )


def not_taken(label: str) -> Notice:
    """A limit of tickets or receipts stands in the way."""
    return lambda t: NoticeView(
        "warn",
        "info",
        t("No more of “{article}” can be added", article=label),
        t("What is on the list stays. Finish this one and begin another."),
    )


def emptied(count: int) -> Notice:
    """The list in front of the person was emptied; one touch brings it back."""
    return lambda t: NoticeView(
        "accent",
        "undo",
        t.n("{count} line was removed", "{count} lines were removed", count),
        t("One touch brings it back as it was."),
        t("Bring it back"),
    )


def parked(count: int) -> Notice:
    """The sale was put aside, and any till may go on with it."""
    return lambda t: NoticeView(
        "accent",
        "pause",
        t.n("The sale is parked: {count} line", "The sale is parked: {count} lines", count),
        t("Every till can recall it from the list of parked tickets."),
    )


def waits_here() -> Notice:
    """A parked ticket came when somebody was doing something else."""
    return lambda t: NoticeView(
        "accent",
        "info",
        t("The parked ticket is this till’s now"),
        t("Recall it from the list of parked tickets when you are done here."),
    )


def not_recalled(problem: Problem) -> Notice:
    """A parked ticket that was asked for is not given to this till."""
    return lambda t: NoticeView(
        "warn", "info", t("This ticket cannot be recalled here"), problem_text(problem, t)
    )


def refused(problem: Problem) -> Notice:
    """Something could not be done; nothing of what was entered is lost."""
    return lambda t: NoticeView(
        "danger",
        "alert",
        t("This could not be recorded"),
        f"{problem_text(problem, t)} {t('Everything that you entered is still here.')}",
    )


def part_paid(paid_cents: int) -> Notice:
    """A sale cannot come to less than what was paid of it."""
    return lambda t: NoticeView(
        "warn",
        "info",
        t("{amount} of this sale are paid already", amount=t.money(paid_cents)),
        t("Nothing was changed. Take that payment back first, then change the sale."),
    )


def exchanged_already(amount_cents: int) -> Notice:
    """Goods came back for this sale, and a ticket says so."""
    return lambda t: NoticeView(
        "warn",
        "info",
        t("{amount} are paid by goods that came back", amount=t.money(amount_cents)),
        t("Their ticket is recorded. Give the sale back once it is paid, if need be."),
    )


def give_in_cash(amount_cents: int) -> Notice:
    """More came back than leaves."""
    return lambda t: NoticeView(
        "accent",
        "cash",
        t("Give {amount} back in cash", amount=t.money(amount_cents)),
        t("What came back was worth more than what leaves."),
    )


def charged_already(amount_cents: int) -> Notice:
    """A card payment is given back here: the terminal has to do so too."""
    return lambda t: NoticeView(
        "warn",
        "card",
        t("{amount} were charged to a card", amount=t.money(amount_cents)),
        t("They do not pay for this sale any more. Cancel them with the card terminal too."),
    )


def wait_for_terminal() -> Notice:
    """A card payment is under way: nothing else of the sale is done meanwhile."""
    return lambda t: NoticeView(
        "warn",
        "card",
        t("The card terminal is being waited for"),
        t("Nothing was changed. Wait for the card, or cancel it first."),
    )


def printing(copy: int) -> Notice:
    """A duplicate goes to the printer; so many there are of that ticket by now."""
    return lambda t: NoticeView(
        "accent",
        "printer",
        t("DUPLICATE no. {number}", number=t.number(copy)),
        t("It goes to the printer, and stands in the journal."),
    )


def no_weight(problem: Problem) -> Notice:
    """The scale gave no weight; the quantity can be typed."""
    return lambda t: NoticeView("warn", "scale", t("No weight"), problem_text(problem, t))


def done(text: Callable[[Translator], str]) -> Notice:
    """Something was recorded that shows nowhere else."""
    return lambda t: NoticeView("go", "check", text(t), t("It is signed and on disk."))


def training_began() -> Notice:
    """Exercises from now on."""
    return lambda t: NoticeView(
        "warn",
        "learn",
        t("Training has begun"),
        t("Everything works as always, and nothing counts: no sale, no stock, no cash."),
    )


def training_ended() -> Notice:
    """No more exercises."""
    return lambda t: NoticeView(
        "accent", "check", t("Training is over"), t("What is sold from now on counts.")
    )


def held_back() -> Notice:
    """A request waits until its person has logged in at the office."""
    return lambda t: NoticeView(
        "accent",
        "waiting",
        t("Kept on this post"),
        t("It is sent once you have logged in while the office is there."),
    )


def put_right(problem: Problem) -> Notice:
    """Something was found wrong on this post and put right; the person should know."""
    return lambda t: NoticeView(
        "warn", "info", t("Found and put right on this post"), problem_text(problem, t)
    )


def went_wrong(problem: Problem) -> Notice:
    """A fault in the program or on its disk; the window stays and so does what was entered."""
    return lambda t: NoticeView(
        "warn", "alert", t("Something did not work as it should"), problem_text(problem, t)
    )


def with_more(view: NoticeView, count: int, t: Translator) -> NoticeView:
    """Return the notice, saying that so many follow it."""
    if not count:
        return view
    return replace(view, more=t.n("{count} more message", "{count} more messages", count))
