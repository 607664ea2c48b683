"""A till of its own: whose sale it is, and what is noted on it."""

from common.models import Customer
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, deck

CUSTOMERS = (
    Customer("c1" * 16, "Amélie Dubois", "06 12 34 56 78", "amelie.dubois@example.org"),
    Customer("c2" * 16, "Bruno Côté", "07 98 76 54 32", note="by the door code 12B"),
    Customer(
        "c3" * 16,
        "Compagnie générale des transports maritimes du Ponant SARL",
        vat_number="FR40303265045",
    ),
    Customer("c4" * 16, "Élodie Dubois"),
)


def _customers(till: Hands) -> None:
    """A shop with customers, and a sale that is to be one of theirs."""
    till.screen.close_notice()
    till.session.put("customers", *CUSTOMERS)
    for place in (1, 4):
        till.tap(till.tiles()[place])
    till.screen.act("do", "customer")
    till.frames()


def _customer_search(till: Hands) -> None:
    field = deck(till, "customer").ids.search
    field.touched()
    till.frames()
    for letter in "DUBOIS":
        till.press(letter)


def _customer_chosen(till: Hands) -> None:
    """Somebody is on the sale: their name stands in its head."""
    till.tap(till.rows(deck(till, "customer").ids.list)[0])


def _customer_again(till: Hands) -> None:
    till.screen.act("do", "customer")
    till.frames()


def _customer_new(till: Hands) -> None:
    """Somebody new, whose e-mail address is being typed."""
    till.screen.act("buyer.ask_new")
    till.frames()
    fields = {each.name: each for each in deck(till, "form").ids.fields.children}
    fields["name"].ids.field.text = "Anne-Sophie Le Goff-Kerouanton"
    fields["phone"].ids.field.text = "06 98 76 54 32"
    fields["email"].ids.field.touched()
    till.frames()
    for letter in "ANNE@":
        till.press(letter)


def _customer_company(till: Hands) -> None:
    """What else is known of somebody, letters on the screen."""
    till.screen.act("back")
    till.screen.act("do", "customer")
    till.screen.act("buyer.ask_more")
    till.frames()
    fields = {each.name: each for each in deck(till, "form").ids.fields.children}
    fields["address"].ids.field.touched()
    till.frames()


def _customer_forget(till: Hands) -> None:
    till.screen.act("back")
    till.screen.act("do", "customer")
    till.screen.act("buyer.ask_erase")
    till.frames()


def _notes(till: Hands) -> None:
    """A note on the ticket and one under a line, back at the sale."""
    till.screen.act("back")
    for action, words in (("note", "For Saturday, 5 pm"), ("line_note", "cut in two")):
        till.screen.act("do", action)
        till.frames()
        deck(till, "form").ids.fields.children[0].ids.field.text = words
        if action == "note":
            till.screen.answer()
            till.frames()


def _noted(till: Hands) -> None:
    till.screen.answer()
    till.frames()


CUSTOMER_SCENES = (
    Scene("till-customers", _customers),
    Scene("till-customer-search", _customer_search),
    Scene("till-customer-chosen", _customer_chosen),
    Scene("till-customer-again", _customer_again),
    Scene("till-customer-new", _customer_new),
    Scene("till-customer-company", _customer_company),
    Scene("till-customer-forget", _customer_forget),
    Scene("till-note", _notes),
    Scene("till-noted", _noted),
)
