"""An article made at a till while the hub is away: sold at once, then everybody's, or put aside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common import messages as m
from common.commands import ArticleCreate
from common.models import Article, Payment, Ticket
from common.people import Role
from common.rules import ticket_line
from common.topics import Profile
from hub.records import catalogue
from tests.flows.staffed_post import StaffedPost
from tests.hub.people_bench import Staffed

CODE = "3760123456784"


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
