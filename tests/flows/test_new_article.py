"""An article made at a till while the hub is away: sold at once, then everybody's, or put aside."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import messages as m
from common.commands import ArticleCreate
from common.models import Article, Category, Payment, Ticket
from common.people import Role
from common.rules import ticket_line
from common.topics import Profile
from hub.records import catalogue
from tests.flows.staffed_post import StaffedPost
from tests.hub.people_bench import Staffed

CODE = "3760123456784"
PART = Category("e1" * 16, "Honey", parent_id="e0" * 16)


@pytest.fixture
def shop(shop: Staffed) -> Staffed:
    put(shop, "A")
    return shop


@pytest.fixture
def till(shop: Staffed, tmp_path: Path) -> Iterator[StaffedPost]:
    post = StaffedPost(tmp_path / "till", shop, Profile.TILL)
    post.connect()
    post.log_in(Role.MANAGER)
    post.session.people.log_out()
    post.wait(1)
    post.cut()
    post.restart()
    yield post
    post.session.close()


def put(shop: Staffed, code: str) -> None:
    """Let the shop have an article with this code."""
    entry = {"code": code, "name": f"Item {code}", "category": "All", "price_cents": 100}
    args = {"entries": [{**entry, "vat_bp": 550}]}
    assert shop.send(shop.console, "catalogue.put", args).status is m.Status.ACCEPTED


def make_and_sell(till: StaffedPost) -> tuple[Article, Ticket]:
    """Make an article as the manager, offline, and sell it."""
    session = till.session
    till.log_in(Role.MANAGER)
    category = session.catalogue.categories()[0].id
    new = Article(session.new_id(), "Lavender honey", category, 690, 550, (CODE,))
    assert session.send("article.create", ArticleCreate(new)) > 0
    assert session.catalogue.by_code(CODE) == new
    line = ticket_line(new.id, new.name, 1000, new.price_cents, new.vat_bp, CODE)
    return new, session.sell((line,), (Payment("card", 690, 690),))


def test_it_outlives_a_restart_and_is_the_shops_once_the_hub_is_back(till: StaffedPost) -> None:
    new, _ = make_and_sell(till)
    till.restart()
    assert till.session.catalogue.by_code(CODE) == new
    till.connect()
    db = till.shop.bench.store.db
    assert catalogue.article_of_code(db, CODE) == new
    assert till.session.catalogue.by_code(CODE) == new
    assert (till.session.state.waiting, till.session.state.quarantined) == (0, 0)
    assert "flag_unknown_article" not in till.last_reply().flags


def test_where_the_code_is_anothers_by_then_it_is_put_aside_and_the_sale_stays(
    till: StaffedPost,
) -> None:
    new, sold = make_and_sell(till)
    put(till.shop, CODE)
    till.connect()
    session = till.session
    by_now = session.catalogue.by_code(CODE)
    assert by_now is not None
    assert by_now.name == f"Item {CODE}"
    assert session.catalogue.article(new.id) is None
    (aside,) = [each for each in session.undelivered() if each.problem is not None]
    assert aside.problem is not None
    assert (aside.kind, aside.problem.code) == ("article.create", "code_taken")
    kept = session.catalogue.ticket(sold.id)
    assert kept == sold
    assert (kept.lines[0].label, kept.total_cents) == ("Lavender honey", 690)


def test_one_made_for_a_category_that_is_removed_by_then_is_filed_in_another(
    till: StaffedPost,
) -> None:
    shop = till.shop
    (everything,) = till.session.catalogue.categories()
    made = Category("e0" * 16, "Alll", rank=0)
    till.connect()
    for command in (("category.put", {"category": made}), ("category.put", {"category": PART})):
        assert shop.send(shop.console, *command).status is m.Status.ACCEPTED
    till.wait(1)
    till.cut()
    till.restart()
    till.log_in(Role.MANAGER)
    session = till.session
    assert [row.id for row in session.catalogue.categories(made.id)] == [PART.id]
    new = Article(session.new_id(), "Lavender honey", PART.id, 690, 550, (CODE,))
    session.send("article.create", ArticleCreate(new))
    for category_id in (PART.id, made.id):
        answer = shop.send(shop.console, "category.remove", {"category": category_id})
        assert answer.status is m.Status.ACCEPTED
    till.connect()
    session = till.session
    assert [row.id for row in session.catalogue.categories()] == [everything.id]
    assert (session.state.waiting, session.state.quarantined) == (0, 0)
    assert session.catalogue.by_code(CODE) == replace(new, category_id=everything.id)
    assert session.catalogue.search("", everything.id)[-1].id == new.id
    assert "flag_category_removed" in till.last_reply().flags
