"""Prices to come at a post: they hold at their moment by the hub's clock, whoever is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.messages import Change
from common.models import ScheduledPrice, encode_row
from common.topics import TOPICS_OF, Profile
from kiosk.basket import Basket
from kiosk.mirror import Mirror
from kiosk.price_schedule import PriceSchedule
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import OTHER, maker
from tests.kiosk.shop_rows import NOW_MS, article, encoded, small_shop, uid

TOPICS = TOPICS_OF[Profile.TILL]


def planned(number: int, cents: int, from_ms: int, article_number: int = 1) -> ScheduledPrice:
    return ScheduledPrice(uid(900 + number), uid(article_number), cents, NOW_MS + from_ms)


def schedule(*rows: ScheduledPrice) -> PriceSchedule:
    made = PriceSchedule()
    made.replace(encoded(*rows))
    return made


def price(made: PriceSchedule) -> int:
    found = made.priced(article(1))
    assert found is not None
    return found.price_cents


def test_it_holds_from_its_moment_on_and_not_before() -> None:
    made = schedule(planned(1, 150, 10))
    assert made.advance(NOW_MS + 9) == frozenset()
    assert (price(made), made.next_ms) == (120, NOW_MS + 10)
    assert made.advance(NOW_MS + 10) == {uid(1)}
    assert (price(made), made.next_ms) == (150, None)
    assert made.advance(NOW_MS + 11) == frozenset()


def test_the_later_moment_wins_in_whatever_order_they_came() -> None:
    made = schedule(planned(1, 160, 20), planned(2, 150, 10), planned(3, 170, 30))
    assert made.advance(NOW_MS + 25) == {uid(1)}
    assert (price(made), made.next_ms) == (160, NOW_MS + 30)


def test_when_the_hub_has_made_it_the_articles_nothing_changes() -> None:
    made = schedule(planned(1, 150, 10))
    made.advance(NOW_MS + 10)
    made.drop(uid(901))
    assert made.advance(NOW_MS + 11) == {uid(1)}
    found = made.priced(article(1, price_cents=150))
    assert found is not None
    assert found.price_cents == 150


def test_one_that_is_cancelled_before_its_moment_never_holds() -> None:
    made = schedule(planned(1, 150, 10))
    made.advance(NOW_MS)
    made.drop(uid(901))
    assert made.advance(NOW_MS + 10) == frozenset()
    assert (price(made), made.next_ms) == (120, None)


def test_a_clock_that_is_put_right_takes_it_back() -> None:
    made = schedule(planned(1, 150, 10))
    made.advance(NOW_MS + 10)
    assert made.advance(NOW_MS) == {uid(1)}
    assert (price(made), made.next_ms) == (120, NOW_MS + 10)


def test_other_articles_and_none_are_as_they_are() -> None:
    made = schedule(planned(1, 150, 0))
    made.advance(NOW_MS)
    assert made.priced(None) is None
    assert made.priced(article(2)) == article(2)


def test_all_that_finds_an_article_gives_the_price_that_holds() -> None:
    shop = small_shop()
    shop.prices.put(uid(901), encode_row(planned(1, 150, 0)))
    shop.prices.advance(NOW_MS)
    by_code, by_id = shop.by_code("2000000000015"), shop.article(uid(1))
    (found,) = shop.search("baguette")
    assert by_code == by_id == found
    assert found.price_cents == 150


def test_a_line_in_the_basket_keeps_its_price_and_says_that_it_changed() -> None:
    shop = small_shop()
    shop.prices.put(uid(901), encode_row(planned(1, 150, 10)))
    shop.prices.advance(NOW_MS)
    bread = shop.article(uid(1))
    assert bread is not None
    basket = Basket().add(bread)
    assert basket.price_changed(shop.article) == frozenset()
    shop.prices.advance(NOW_MS + 10)
    assert basket.price_changed(shop.article) == {1}
    assert basket.total_cents == 120


# In a post's files.


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    stores = open_stores(tmp_path, maker(), TOPICS)
    yield stores
    stores.close()


def test_it_survives_a_restart_and_the_article_is_shown_anew(
    stores: Stores, tmp_path: Path
) -> None:
    rows = ("articles", article(1)), ("prices", planned(1, 150, 10))
    for topic, row in rows:
        stores.replica.apply(topic, 1, [Change(row.id, encode_row(row), OTHER, 1)])
    stores.close()
    again = open_stores(tmp_path, maker(), TOPICS)
    mirror = Mirror(TOPICS, again)
    mirror.advance(NOW_MS)
    mirror.take_changes()
    mirror.advance(NOW_MS + 10)
    touched, replaced = mirror.take_changes()
    assert (dict(touched), replaced) == ({"articles": frozenset({uid(1)})}, frozenset())
    again.close()
