"""A cashier's taps at the till, in a real window."""

import pytest

from common.models import Category, Shop
from common.topics import Profile
from kiosk.state import LinkStatus
from kiosk.terminals.simulated import Answer
from tests.ui.hands import Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


@pytest.fixture
def till(open_post: OpenPost) -> Hands:
    return open_post(Profile.TILL, lang="en")


def basket(till: Hands) -> list[tuple[str, str]]:
    """Return quantity and label of every line, from the top."""
    rows = till.rows(till.screen.ids.hand.ids.lines)
    return [(row.quantity.replace("\u00a0", " "), row.label) for row in rows]


def test_a_tap_is_in_the_basket_within_a_frame(till: Hands) -> None:
    from kivy.tests.common import UnitTestTouch

    tile = till.tiles()[0]
    touch = UnitTestTouch(*tile.to_window(*tile.center))
    touch.touch_down()
    till.frames(1)
    assert tile.state == "down"
    assert basket(till) == [("1 ×", tile.name)]
    touch.touch_up()


def test_two_articles_in_cash_with_change(till: Hands) -> None:
    first, second = till.tiles()[:2]
    till.tap(first)
    till.tap(second)
    till.tap(second)
    assert basket(till) == [("1 ×", first.name), ("2 ×", second.name)]
    total = till.session_total()
    till.press("Cash")
    till.pass_time()
    till.pad("50")
    till.press("Cash received")
    ticket = till.session.tickets[-1]
    assert ticket.total_cents == total
    assert ticket.payments[0].given_cents == 5000
    assert till.reads(till.ticket(1))
    assert till.reads(till.stage.t.money(5000 - total))
    # The next sale has the screen at once.
    till.tap(first)
    assert basket(till) == [("1 ×", first.name)]
    assert not till.reads(till.ticket(1))


def test_a_quick_sum_gives_the_change(till: Hands) -> None:
    till.tap(till.tiles()[0])
    total = till.session_total()
    till.press("Cash")
    till.pass_time()
    till.press("€10.00")
    assert till.reads(till.stage.t.money(1000 - total), till.screen.ids.deck)
    till.press("Cash received")
    assert till.session.tickets[-1].payments[0].given_cents == 1000


def test_too_little_cash_is_a_part_that_is_taken_back(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press("Cash")
    till.pass_time()
    till.pad("1")
    assert till.reads("Still to pay")
    assert till.key(icon="check", under=till.screen.ids.hand).text == "Part payment"
    till.press("Part payment")
    assert not till.session.tickets
    assert till.screen.mode == "paying"
    assert till.reads("€1.00 of ")
    till.press("Cash €1.00")
    assert not till.reads("Cash €1.00")
    till.press("Back to the sale")
    assert till.screen.mode == "sell"
    assert len(basket(till)) == 1


def test_cash_in_part_a_voucher_and_the_card_for_the_rest(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.tap(till.tiles()[3])
    total = till.session_total()
    till.press("Cash")
    till.pass_time()
    till.pad("2")
    till.press("Part payment", "Meal voucher")
    till.pass_time()
    till.pad("1")
    till.press("Part payment")
    assert till.reads(till.stage.t.money(total - 300), till.screen.ids.deck)
    # The rest is paid where a whole sale is: the same key, the same places.
    till.press("Card")
    till.pass_time()
    till.press("Card accepted")
    paid = [(each.method, each.amount_cents) for each in till.session.tickets[-1].payments]
    assert paid == [("cash", 200), ("meal_voucher", 100), ("card", total - 300)]
    assert till.reads("3 payments")
    assert till.screen.mode == "sell"


def test_a_terminal_takes_the_amount_and_the_sale_goes_on_by_itself(till: Hands) -> None:
    till.session.plug_in(till.session.simulated())
    tile = till.tiles()[0]
    till.tap(tile)
    stock = tile.stock
    till.press("Card")
    till.pass_time()
    till.press("Send to the terminal")
    assert till.key("Waiting for the terminal").disabled
    assert till.reads("The customer follows the terminal.")
    till.pass_time(3_000)
    till.screen.tick()
    till.frames()
    assert till.reads("Paid by card")
    assert till.reads(till.ticket(1))
    assert till.screen.mode == "sell"
    assert tile.stock != stock
    assert tile.glow == 0


def test_a_declined_card_is_said_and_cash_is_two_taps_away(till: Hands) -> None:
    till.session.plug_in(till.session.simulated(Answer.DECLINE))
    till.tap(till.tiles()[0])
    till.press("Card")
    till.pass_time()
    till.press("Send to the terminal")
    till.pass_time(3_000)
    till.screen.tick()
    assert till.reads("Nothing was taken.")
    till.press("Cash")
    till.pass_time()
    till.press("Cash received")
    assert till.session.tickets[-1].payments[0].method == "cash"


def test_a_method_that_the_shop_does_not_take_is_off(till: Hands) -> None:
    till.tap(till.tiles()[0])
    assert not till.key("Card").disabled
    till.session.put("shop", Shop("shop", "Essai", methods=("cash", "cheque")))
    till.frames()
    till.tap(till.tiles()[1])
    assert till.key("Card").disabled
    till.press("Cash", "Cheque")
    assert till.reads("Take the cheque over this amount")


def test_lines_wait_while_a_sale_is_being_paid(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press("Cash")
    assert till.key("Empty").disabled
    till.press("Back")
    assert not till.key("Empty").disabled


def test_a_shaking_hand_does_not_confirm(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press("Cash")
    till.press("Cash received")
    assert not till.session.tickets
    till.pass_time()
    till.press("Cash received")
    assert len(till.session.tickets) == 1


def test_card(till: Hands) -> None:
    till.tap(till.tiles()[3])
    till.press("Card")
    till.pass_time()
    till.press("Card accepted")
    payment = till.session.tickets[-1].payments[0]
    assert (payment.method, payment.amount_cents) == ("card", till.session.tickets[-1].total_cents)


def test_pad_sets_the_selected_lines_quantity(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.tap(till.tiles()[1])
    lines = till.screen.ids.hand.ids.lines
    till.tap(till.rows(lines)[0])
    till.until(lambda: till.rows(lines)[0].selected, "the first line selected")
    till.pad("12")
    till.press("Quantity")
    assert basket(till)[0][0] == "12 ×"
    till.tap(till.key(icon="plus", under=till.screen.ids.hand))
    assert basket(till)[0][0] == "13 ×"
    till.tap(till.key(icon="minus", under=till.screen.ids.hand))
    assert basket(till)[0][0] == "12 ×"


def test_a_number_before_an_article_is_its_quantity(till: Hands) -> None:
    till.pad("6")
    assert till.screen.ids.hand.entry == "6\u00a0×"
    till.tap(till.tiles()[4])
    assert basket(till) == [("6 ×", till.tiles()[4].name)]


def test_a_line_goes_and_comes_back(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.tap(till.tiles()[1])
    lines = till.screen.ids.hand.ids.lines
    till.tap(till.key(icon="bin", under=till.rows(lines)[1]))
    till.until(lambda: len(basket(till)) == 1, "the line gone")
    till.tap(till.key(icon="undo", under=till.screen.ids.hand))
    assert len(basket(till)) == 2


def test_an_emptied_basket_is_one_touch_away(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.tap(till.tiles()[1])
    before = basket(till)
    till.press("Empty")
    assert basket(till) == []
    assert till.reads("2 lines were removed")
    till.press("Bring it back")
    assert basket(till) == before
    assert not till.screen.ids.notice.shown


def test_categories_pages_and_search(till: Hands) -> None:
    first = till.tiles()[0].name
    till.press("Entretien")
    assert {tile.colour for tile in till.tiles()} == {"purple"}
    till.press("All")
    till.tap(till.key(icon="right", under=till.screen.ids.pager))
    assert till.tiles()[0].name != first
    assert till.reads("2 / 12")
    till.tap(till.screen.ids.search)
    till.frames()
    for letter in "BEUR":
        till.press(letter)
    names = [tile.name for tile in till.tiles()]
    assert names
    assert all("eurre" in name for name in names)
    till.tap(till.key(icon="close", under=till.screen.ids.search))
    assert till.tiles()[0].name == first


def test_nothing_found_is_said(till: Hands) -> None:
    till.screen.ids.search.text = "zorglub"
    till.frames()
    assert till.tiles() == []
    assert till.reads("No article found")


def test_changes_from_elsewhere_show_themselves(till: Hands) -> None:
    tile, other = till.tiles()[:2]
    till.tap(tile)
    till.session.change_price(tile.article_id, 12_345)
    till.until(lambda: tile.price == "€123.45", "the new price on the tile")
    assert tile.glow > 0
    assert other.glow == 0
    row = till.rows(till.screen.ids.hand.ids.lines)[0]
    assert "€123.45" in row.note
    assert "€123.45" not in row.amount
    till.session.change_stock(other.article_id, 0)
    till.until(lambda: other.stock == "Sold out", "the stock on the tile")
    assert other.glow > 0
    till.until(lambda: tile.glow == 0, "the flash over")


def test_an_own_sale_does_not_flash(till: Hands) -> None:
    tile = till.tiles()[0]
    stock = tile.stock
    till.tap(tile)
    till.press("Card")
    till.pass_time()
    till.press("Card accepted")
    till.frames()
    assert tile.stock != stock
    assert tile.glow == 0
    till.session.acknowledge()
    till.frames()
    assert tile.glow == 0


def test_a_high_price_leaves_room_for_the_figure_of_the_stock(open_post: OpenPost) -> None:
    till = open_post(lang="en", size=(800, 1280))
    article = till.tile(0).article_id
    till.session.change_stock(article, 58_000)
    till.until(lambda: till.tile(0).stock_text == "Stock 58", "the stock in words")
    till.session.change_price(article, 123_456_78)
    till.until(lambda: till.tile(0).price == "€123,456.78", "the price")
    assert till.tile(0).stock_text == "58"
    till.session.change_price(article, 199)
    till.until(lambda: till.tile(0).stock_text == "Stock 58", "the words again")


def test_last_tickets_and_the_pending_mark(till: Hands) -> None:
    for _ in range(2):
        till.tap(till.tiles()[0])
        till.press("Card")
        till.pass_time()
        till.press("Card accepted")
    till.press("Tickets")
    rows = till.rows(till.screen.ids.deck.panel("tickets").ids.list)
    assert [row.number for row in rows] == [till.ticket(2), till.ticket(1)]
    assert [bool(row.state_text) for row in rows] == [True, True]
    till.tap(rows[1])
    till.until(
        lambda: till.screen.ids.deck.panel("tickets").number == till.ticket(1), "the older ticket"
    )
    till.session.acknowledge()
    till.until(lambda: not till.screen.ids.deck.panel("tickets").state_text, "the mark gone")
    assert not any(
        row.state_text for row in till.rows(till.screen.ids.deck.panel("tickets").ids.list)
    )
    till.press("Back to the sale")
    assert till.tiles()


def test_a_sale_that_cannot_be_written_is_kept(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.session.refuse = "disk_full"
    till.press("Card")
    till.pass_time()
    till.press("Card accepted")
    assert till.reads("This could not be recorded")
    assert len(basket(till)) == 1
    assert till.screen.mode == "card"
    till.session.refuse = ""
    till.press("Card accepted")
    assert len(till.session.tickets) == 1


def test_the_link_is_said_in_words_and_explained(till: Hands) -> None:
    assert till.reads("Online")
    till.session.link(LinkStatus.OFFLINE)
    till.until(lambda: till.reads("Offline since 14:52"), "the offline sign")
    till.tap(till.key(icon="offline", under=till.screen.ids.status))
    assert till.screen.ids.sheet.shown
    assert till.reads("Keep working.")
    till.tap_at(5, 5)
    assert not till.screen.ids.sheet.shown
    till.session.link(LinkStatus.CATCHING_UP)
    till.until(lambda: till.reads("Catching up"), "the catching-up sign")


def test_offline_sales_are_counted(till: Hands) -> None:
    till.session.link(LinkStatus.OFFLINE)
    till.tap(till.tiles()[0])
    till.press("Card")
    till.pass_time()
    till.press("Card accepted")
    till.frames()
    assert till.reads("1 sale waits for the office")
    assert till.reads("Kept on this post")
    till.session.acknowledge()
    till.session.link(LinkStatus.ONLINE)
    till.until(lambda: till.reads("Online"), "the link back")
    till.frames()
    status = till.screen.ids.status
    synced = next(
        each for each in till.widgets(status) if getattr(each, "text", "").startswith("Sync")
    )
    assert synced.center_y == pytest.approx(status.center_y, abs=1)


def test_what_the_hub_takes_at_once_is_not_said_to_wait(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press("Card")
    till.pass_time()
    till.press("Card accepted")
    till.frames()
    assert not till.reads("waits")
    till.pass_time(5_000)
    till.screen.render_status()
    till.frames()
    assert till.reads("1 sale waits for the office")


def test_a_category_leads_to_its_parts_and_one_touch_back(till: Hands) -> None:
    strips = till.screen.ids.categories, till.screen.ids.parts
    every = [tile.name for tile in till.tiles()]
    assert strips[1].height == 0
    till.tap(till.key("Boissons", under=strips[0]))
    till.frames()
    drinks = till.screen.desk.shelf.count
    till.tap(till.key("Vins", under=strips[1]))
    till.frames()
    assert 0 < till.screen.desk.shelf.count < drinks
    assert till.tiles()[0].name.startswith(("Crémant", "Rosé", "Vin"))
    assert till.key("Boissons", under=strips[0]).look == "solid"
    till.tap(till.tiles()[0])
    assert len(basket(till)) == 1
    till.tap(till.key("All", under=strips[1]))
    till.frames()
    assert till.screen.desk.shelf.count == drinks
    till.tap(till.key("All", under=strips[0]))
    till.frames()
    assert strips[1].height == 0
    assert [tile.name for tile in till.tiles()] == every


def test_a_category_that_is_removed_goes_from_the_till_at_once(till: Hands) -> None:
    """Nothing stands in it, as the hub removes no other; whoever looks into it sees all again."""
    made = Category("e0" * 16, "Boisons", "teal", 90)
    part = Category("e1" * 16, "Vns", "red", 90, _category(till, "Boissons"))
    every = [tile.name for tile in till.tiles()]
    strips = till.screen.ids.categories, till.screen.ids.parts
    for row, strip in ((made, strips[0]), (part, strips[1])):
        till.session.put("categories", row)
        till.frames()
        if row is part:
            till.tap(till.key("Boissons", under=strips[0]))
            till.frames()
        till.tap(till.key(row.name, under=strip))
        till.frames()
        assert till.tiles() == []
        till.session.drop("categories", row.id)
        till.until(lambda: till.tiles() != [], "all articles again")
        assert [tile.name for tile in till.tiles()] == every
        assert strips[1].height == 0
        assert till.key("All", under=strips[0]).look == "solid"
        assert not till.reads(row.name)
    till.tap(till.tiles()[0])
    assert len(basket(till)) == 1


def _category(till: Hands, name: str) -> str:
    return next(row.id for row in till.session.catalogue.categories() if row.name == name)
