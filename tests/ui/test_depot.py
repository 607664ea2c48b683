"""A depot worker's taps, on a tablet held upright and on a desk screen."""

import pytest

from common.models import Category
from common.topics import Profile
from tests.ui.hands import Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]

UPRIGHT = (800, 1280)


@pytest.fixture
def depot(open_post: OpenPost) -> Hands:
    return open_post(Profile.DEPOT, size=UPRIGHT, lang="en")


def stock(depot: Hands) -> list[str]:
    """Return the names of the rows in view."""
    return [row.name for row in depot.rows(depot.screen.ids.stock)]


def counted(depot: Hands) -> list[tuple[str, str]]:
    """Return quantity and label of every line of the delivery."""
    return [(row.quantity, row.label) for row in depot.rows(depot.screen.ids.hand.ids.lines)]


def plus(depot: Hands, row: int) -> None:
    """Touch a row's plus."""
    before = counted(depot)
    depot.tap(depot.key(icon="plus", under=depot.rows(depot.screen.ids.stock)[row]))
    depot.until(lambda: counted(depot) != before, "one more counted")


def test_a_delivery_is_counted_and_recorded(depot: Hands) -> None:
    rows = depot.rows(depot.screen.ids.stock)
    first, third = rows[0], rows[2]
    before = first.quantity
    plus(depot, 0)
    plus(depot, 2)
    depot.pad("24")
    depot.press("Quantity")
    assert counted(depot) == [("+1", first.name), ("+24", third.name)]
    depot.press("Put into stock")
    depot.press("Yes, all counted")
    assert not depot.session.receipts, "a shaking hand"
    depot.pass_time()
    depot.press("Yes, all counted")
    assert [line.quantity_milli for line in depot.session.receipts[0].lines] == [1000, 24000]
    assert depot.reads("Delivery recorded")
    assert depot.reads("+25")
    assert first.quantity == str(int(before) + 1)
    assert first.pending
    assert first.glow == 0
    depot.session.acknowledge()
    depot.until(lambda: not first.pending, "the pending mark gone")


def test_back_from_confirming_keeps_the_count(depot: Hands) -> None:
    plus(depot, 0)
    depot.press("Put into stock", "Back")
    assert len(counted(depot)) == 1
    assert not depot.session.receipts


def test_stock_moves_in_place(depot: Hands) -> None:
    row = depot.rows(depot.screen.ids.stock)[1]
    other = depot.rows(depot.screen.ids.stock)[0]
    depot.session.change_stock(row.key, 1_000)
    depot.until(lambda: row.quantity == "1", "the new stock")
    assert row.low
    assert row.glow > 0
    assert other.glow == 0


def test_what_to_reorder(depot: Hands) -> None:
    label = next(text for text in depot.texts() if text.startswith("To reorder"))
    row = depot.rows(depot.screen.ids.stock)[1]
    assert not row.low
    depot.session.change_stock(row.key, 1_000)
    count = int(label.split("(")[1].rstrip(")"))
    depot.until(lambda: depot.reads(f"To reorder ({count + 1})"), "one more to reorder")
    name = row.name
    depot.press(f"To reorder ({count + 1})")
    depot.until(lambda: name in stock(depot), "the article in the list")
    assert all(each.low for each in depot.rows(depot.screen.ids.stock))


def test_search_by_word_and_by_code(depot: Hands) -> None:
    depot.screen.ids.search.text = "lait"
    depot.frames()
    assert stock(depot)
    assert all("ait" in name for name in stock(depot))
    article = depot.session.catalogue.article(depot.rows(depot.screen.ids.stock)[0].key)
    assert article is not None
    depot.screen.ids.search.text = article.codes[0][:10]
    depot.frames()
    assert article.name in stock(depot)


def test_an_article_in_detail_and_its_deliveries(depot: Hands) -> None:
    row = depot.rows(depot.screen.ids.stock)[3]
    name, quantity = row.name, row.quantity
    depot.tap_at(row.to_window(0, 0)[0] + 100, row.to_window(*row.center)[1])
    depot.until(lambda: depot.screen.panel == "article", "the article")
    card = depot.screen.ids.card
    assert (card.name, card.quantity) == (name, quantity)
    depot.press("Add to the delivery")
    depot.press("Put into stock")
    depot.pass_time()
    depot.press("Yes, all counted")
    assert card.quantity == str(int(quantity) + 1)
    assert depot.reads("Not at the hub yet", card)
    depot.press("Back to the list")
    depot.press("Last deliveries")
    panel = depot.screen.ids.deliveries
    assert depot.reads(name, panel)
    assert depot.reads("Not at the hub yet", panel)


def test_scanning_counts_from_anywhere(depot: Hands) -> None:
    article = depot.session.catalogue.search("lait")[0]
    depot.press("Last deliveries")
    depot.scan(article.codes[0])
    depot.scan(article.codes[0])
    assert counted(depot) == [("+2", article.name)]


def test_an_emptied_count_comes_back(depot: Hands) -> None:
    plus(depot, 0)
    depot.press("Empty")
    assert counted(depot) == []
    depot.press("Bring it back")
    assert len(counted(depot)) == 1


def test_a_delivery_that_cannot_be_written_is_kept(depot: Hands) -> None:
    plus(depot, 0)
    depot.session.refuse = "disk_full"
    depot.press("Put into stock")
    depot.pass_time()
    depot.press("Yes, all counted")
    assert depot.reads("This could not be recorded")
    assert len(counted(depot)) == 1


def test_scrolling_moves_the_list_and_touches_nothing(depot: Hands) -> None:
    rows = depot.screen.ids.stock
    before = stock(depot)
    depot.drag(rows, 300)
    depot.until(lambda: stock(depot)[0] != before[0], "other rows")
    assert depot.screen.panel == "stock"
    assert counted(depot) == []
    ids = depot.screen.desk.stock_ids()
    names = [depot.screen.desk.stock_row(article_id).name for article_id in ids]
    at = names.index(stock(depot)[0])
    assert stock(depot) == names[at : at + len(stock(depot))]
    depot.until(lambda: not rows.effect_y.velocity, "the list at rest")
    rows.scroll_y = 0
    depot.until(lambda: stock(depot)[-1] == names[-1], "the end of the list")
    assert len(stock(depot)) <= len(before) + 1
    row = rows.rows[-1]
    depot.session.change_stock(row.key, 7_000)
    depot.until(lambda: row.quantity == "7", "the last row's new stock")
    assert row.glow > 0


def test_a_line_out_of_view_is_brought_into_view(depot: Hands) -> None:
    ids = depot.screen.desk.stock_ids()[:12]
    for article_id in ids:
        depot.screen.act("add", article_id)
    depot.frames()
    labels = [label for _, label in counted(depot)]
    assert labels[-1] == depot.screen.desk.stock_row(ids[-1]).name
    depot.screen.act("select", ids[0])
    depot.frames()
    assert counted(depot)[0][1] == depot.screen.desk.stock_row(ids[0]).name


def test_a_category_that_is_removed_goes_and_all_is_listed_again(depot: Hands) -> None:
    every = stock(depot)
    made = Category("e0" * 16, "Boisons", "teal", 90)
    depot.session.put("categories", made)
    depot.frames()
    depot.press("Boisons")
    assert stock(depot) == []
    depot.session.drop("categories", made.id)
    depot.until(lambda: stock(depot) == every, "all articles again")
    assert not depot.reads("Boisons")
