"""A code that nobody knows becomes an article at the till, by whoever may."""

from dataclasses import replace

import pytest

from common.barcodes import check_digit
from common.commands import ArticleCreate
from common.i18n import Translator
from kiosk.desks.desk import Wall
from kiosk.desks.till import TillDesk
from kiosk.scanner import Scan
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE, CHANTAL, PIN
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]
CODE = "3760123456784"


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    wall = Wall(lambda: session.now_ms, lambda: OFFSET_MIN)
    return TillDesk(session, Translator("en"), wall), session


def type_in(desk: TillDesk, keys: str) -> None:
    for key in keys:
        desk.press(key)


def offer(desk: TillDesk, code: str = CODE) -> str:
    """Return what a scan of a code has a person offered beside sundries."""
    desk.scan(Scan(code))
    notice = desk.notice()
    assert notice is not None
    return notice.other


def fill_in(desk: TillDesk, price: str = "6,90") -> None:
    desk.form.write("name", "Lavender honey")
    desk.form.touch("price")
    type_in(desk, price)
    view = desk.form.view(desk.t)
    assert view is not None
    category = next(each for each in view.fields if each.name == "category").choices[0]
    desk.form.choose("category", category.value)


def test_it_is_in_the_basket_and_known_from_then_on(till: Till) -> None:
    desk, session = till
    type_in(desk, "3")
    assert offer(desk)
    desk.act_on_other()
    assert not desk.answer()
    fill_in(desk)
    assert desk.answer()
    ((kind, args),) = session.sent
    assert kind == "article.create"
    assert isinstance(args, ArticleCreate)
    (line,) = desk.sale.basket.lines
    assert (line.article_id, line.label) == (args.article.id, "Lavender honey")
    assert (line.quantity_milli, line.unit_price_cents, line.code) == (3000, 690, CODE)
    desk.scan(Scan(CODE))
    assert desk.sale.basket.lines[0].quantity_milli == 4000


def test_a_cashier_has_it_allowed_by_a_manager(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(AMELIE)
    assert offer(desk)
    desk.act_on_other()
    assert desk.allowing.open
    desk.allowing.choose(CHANTAL.id)
    for digit in PIN:
        desk.allowing.press(digit)
    desk.allowing.press("ok")
    desk.poll()
    assert desk.mode is Mode.FORM
    fill_in(desk)
    assert desk.answer()
    assert [kind for kind, _ in session.sent] == ["article.create"]


def test_a_code_that_came_meanwhile_is_said_and_nothing_is_made(till: Till) -> None:
    desk, session = till
    offer(desk)
    desk.act_on_other()
    fill_in(desk)
    other = session.catalogue.search(limit=1)[0]
    session.put("articles", type(other)("f" * 32, "Honey", other.category_id, 1, 550, (CODE,)))
    assert not desk.answer()
    view = desk.form.view(desk.t)
    assert view is not None
    assert "Honey" in view.problem
    assert (session.sent, desk.sale.basket.lines) == ([], ())


def test_a_category_that_is_removed_meanwhile_is_said_and_another_does(till: Till) -> None:
    desk, session = till
    offer(desk)
    desk.act_on_other()
    fill_in(desk)
    view = desk.form.view(desk.t)
    assert view is not None
    gone, *others = next(each for each in view.fields if each.name == "category").choices
    session.drop("categories", gone.value)
    desk.poll()
    assert not desk.answer()
    view = desk.form.view(desk.t)
    assert view is not None
    assert view.problem.startswith(f"Category {gone.text} was removed.")
    assert (session.sent, desk.sale.basket.lines) == ([], ())
    assert [each.value for each in view.fields if each.name == "name"] == ["Lavender honey"]
    desk.form.choose("category", others[0].value)
    assert desk.answer()
    ((_, args),) = session.sent
    assert args.article.category_id == others[0].value


def test_labels_and_exercises_make_no_article(till: Till) -> None:
    desk, session = till
    shop = session.catalogue.shop
    assert shop is not None
    session.put("shop", replace(shop, weight_labels=("21",)))
    body = "210123400750"
    assert not offer(desk, f"{body}{check_digit(body)}")
    assert offer(desk)
    session.counter.training = True
    assert not offer(desk)
    desk.act_on_other()
    assert desk.mode is Mode.SELL


def test_the_parts_of_the_category_in_view_are_offered_too(till: Till) -> None:
    desk, session = till
    drinks = next(row for row in session.catalogue.categories() if row.name == "Boissons")
    wine = next(row for row in session.catalogue.categories(drinks.id) if row.name == "Vins")
    desk.shelf.choose(wine.id)
    offer(desk)
    desk.act_on_other()
    view = desk.form.view(desk.t)
    assert view is not None
    asked = next(each for each in view.fields if each.name == "category")
    chosen = [choice.text for choice in asked.choices if choice.selected]
    assert chosen == ["Vins"]
    parts = [row.name for row in session.catalogue.categories(drinks.id)]
    texts = [choice.text for choice in asked.choices]
    place = texts.index("Boissons")
    assert texts[place : place + 1 + len(parts)] == ["Boissons", *parts]
    assert len(texts) == len(session.catalogue.categories()) + len(parts)
