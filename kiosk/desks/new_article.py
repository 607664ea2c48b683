"""Making an article of a code that nobody knows: what is asked, and that it is sold at once.

Owns the question and who may answer it. The hub takes the article up when it is there; what it says
no to stands among what was put aside, and the ticket as it was.
"""

from typing import TYPE_CHECKING, Final

from common import barcodes
from common.commands import ArticleCreate
from common.errors import Refusal
from common.i18n import Translator, mark
from common.models import Article, Category
from kiosk.desks.form import Answers, Field, Form, Kind, Said
from kiosk.desks.line_actions import rate_choices, rates
from kiosk.desks.reasons import said
from kiosk.rights import Right
from kiosk.views.counter import wanted_milli

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk
    from kiosk.keypad import Entry

CREATING: Final = "article.create"


def can_create(desk: "TillDesk", code: str) -> bool:
    """Return whether an article may be made of a code here: not as an exercise, and not of a label
    with a price or a weight in it, which is another code on the next piece."""
    return (
        not desk.session.counter.training
        and desk.session.people.may(CREATING) is not Right.NO
        and bool(desk.catalogue.categories())
        and not _is_label(desk, code)
    )


def ask_new_article(desk: "TillDesk", code: str, typed: "Entry") -> None:
    """Ask what it is that has this code, and put as much of it as was typed into the basket."""
    if not desk.allowing.ask(CREATING, lambda: ask_new_article(desk, code, typed)):
        return
    vat, choices = rates(desk), _choices(desk)
    fields = (
        Field("name", Kind.TEXT, mark("Name")),
        Field("price", Kind.MONEY, mark("Price of one"), least=1),
        Field("category", Kind.CHOICE, mark("Category"), choices, first=_in_view(desk)),
        Field("vat", Kind.CHOICE, mark("VAT"), rate_choices(vat), first=str(vat[0])),
    )

    def hint(t: Translator, _answers: Answers) -> str:
        return t("Code {code}. It is on every till as soon as the hub has it.", code=code)

    def done(answers: Answers) -> None:
        owner = desk.catalogue.by_code(code)
        if owner is not None:
            raise Refusal("code_taken", barcode=code, article=owner.name)
        category_id = str(answers["category"])
        if desk.catalogue.category(category_id) is None:  # It was removed meanwhile.
            raise Refusal("category_removed", category=dict(choices)[category_id](desk.t))
        article = _article(desk.session.new_id(), code, answers)
        if not desk.sale.basket.takes(article, quantity_milli):
            raise Refusal("ticket_too_large")
        desk.session.send(CREATING, ArticleCreate(article))
        desk.sale.add(article, quantity_milli)

    quantity_milli = wanted_milli(typed, None)
    ok = said(mark("Make it and sell it"))
    desk.ask(Form(said(mark("A new article")), fields, ok, done, hint))


# Inside.


def _article(article_id: str, code: str, answers: Answers) -> Article:
    name, price = str(answers["name"]), answers["price"]
    category, vat = str(answers["category"]), answers["vat"]
    # The form has let nothing through that is not there.
    return Article(article_id, name, category, int(price or 0), int(vat or 0), (code,))


def _is_label(desk: "TillDesk", code: str) -> bool:
    label, shop = barcodes.label(code), desk.catalogue.shop
    if label is None or shop is None:
        return False
    return label.prefix in (*shop.price_labels, *shop.weight_labels)


def _in_view(desk: "TillDesk") -> str | None:
    """Return the category that is looked into, None where that is none."""
    category = desk.catalogue.category(desk.shelf.category_id)
    return None if category is None else category.id


def _choices(desk: "TillDesk") -> tuple[tuple[str, Said], ...]:
    """Return the categories, and the parts of the one looked into."""
    in_view, catalogue = _in_view(desk), desk.catalogue
    family = catalogue.parent_id(in_view or "") or in_view
    return tuple(
        (each.id, _named(each))
        for first in catalogue.categories()
        for each in (first, *(catalogue.categories(first.id) if first.id == family else ()))
    )


def _named(category: Category) -> Said:
    return lambda _t: category.name
