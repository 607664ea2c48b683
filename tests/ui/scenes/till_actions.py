"""What else a sale needs: discounts, lines and articles of its own, giving up."""

from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, action, deck


def _actions(till: Hands) -> None:
    """Two articles in the basket, and what can be done with them."""
    till.screen.close_notice()
    till.screen.close_notice()
    for place in (0, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="menu"))


def _discount(till: Hands) -> None:
    till.tap(action(till, "line_discount"))
    till.pad("10")


def _free_line(till: Hands) -> None:
    till.screen.act("do", "free_line")
    till.pad("350")
    till.screen.ids.deck.children[0].ids.fields.children[1].ids.field.touched()
    till.frames()
    for letter in "BOX":
        till.press(letter)


def _unknown_code(till: Hands) -> None:
    """A code that nobody knows, and what can be done with it."""
    till.screen.act("back")
    till.frames()
    till.scan("3760123456784")


def _new_article(till: Hands) -> None:
    """The article that it is, nearly told; with the parts in view there are many categories."""
    dairy = next(row for row in till.session.catalogue.categories() if row.name == "Crèmerie")
    till.screen.choose_category(dairy.id)
    till.tap(till.key(till.stage.t("Make the article")))
    fields = {each.name: each for each in deck(till, "form").ids.fields.children}
    fields["name"].ids.field.text = "Miel de lavande 250 g"
    till.tap(fields["price"].children[1])
    till.pad("6")
    till.screen.act("press", ",")
    till.pad("90")
    till.tap(till.key("Épicerie"))


def _new_article_name(till: Hands) -> None:
    """Its name, letter by letter: what is chosen makes room for the letters."""
    fields = {each.name: each for each in deck(till, "form").ids.fields.children}
    fields["name"].ids.field.touched()
    till.frames()
    for letter in "BIO":
        till.press(letter)


def _void(till: Hands) -> None:
    till.screen.choose_category("")
    till.screen.act("do", "void_sale")
    till.frames()
    till.tap(till.key(till.stage.t("Cannot pay")))


def _voided(till: Hands) -> None:
    """The sale is given up: the next one can begin."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


ACTIONS = (
    Scene("till-actions", _actions),
    Scene("till-discount", _discount),
    Scene("till-free-line", _free_line),
    Scene("till-unknown-code", _unknown_code),
    Scene("till-new-article", _new_article),
    Scene("till-new-article-name", _new_article_name),
    Scene("till-void", _void),
    Scene("till-voided", _voided),
)
