"""Importing through a running hub while posts follow: they see new prices as they are taken."""

import subprocess
from pathlib import Path

import pytest
from child_processes import ROOT
from shop_processes import HubProcess

from hub.cli_session import SOME_REJECTED
from tests import forked
from tests.net.conftest import Street

ARTICLES = ROOT.parent / "shared" / "data" / "articles-20k.csv"
HEADINGS = "code_barres;libelle;categorie;prix_ttc;tva;stock\n"
CODE = "3257980128340"
pytestmark = [pytest.mark.net]


def imported(hub: HubProcess, file: Path, lang: str = "fr") -> "subprocess.CompletedProcess[str]":
    return told(hub, "import-articles", str(file), lang=lang)


def told(hub: HubProcess, *words: str, lang: str = "fr") -> "subprocess.CompletedProcess[str]":
    options = ("--data", str(hub.folder.root), "--lang", lang)
    return forked.run("hub", *options, *words)


def test_a_till_sees_a_new_price_live(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    till = street.post(hub, "till", "Caisse 1")
    file = street.root / "articles.csv"
    for price, cents in (("4,20", 420), ("4,50", 450)):
        file.write_text(f"{HEADINGS}{CODE};Café;Épicerie;{price};5,5;12\n", "utf-8")
        done = imported(hub, file)
        assert done.returncode == 0, done.stderr
        till.wait_equal(hub.heads())
        tag = till.do("sell", lines=[{"code": CODE, "quantity_milli": 1000}], payment="card")
        sold = till.wait(lambda event, tag=tag: event.get("tag") == tag)  # type: ignore[misc]
        assert sold["event"] == "sold"
        assert sold["ticket"]["total_cents"] == cents
        till.wait_online()
    # Two sold of the twelve that the first list brought; the second left the stock alone.
    till.wait_equal(hub.heads())
    assert till.ask("stock", code=CODE)["quantity_milli"] == 10_000
    (article,) = till.ask("rows", topic="articles")["rows"]
    assert (article["price_cents"], article["codes"]) == (450, [CODE])


def test_a_category_that_a_list_made_by_mistake_goes_live_and_for_who_was_away(
    street: Street,
) -> None:
    hub = street.hub(street.folder(articles=0))
    till, away = street.post(hub, "till", "Caisse 1"), street.post(hub, "till", "Caisse 2")
    file = street.root / "articles.csv"
    for category in ("Epicerie", "Épicerie"):  # The second list says it right.
        file.write_text(f"{HEADINGS}{CODE};Café;{category};4,20;5,5;12\n", "utf-8")
        assert imported(hub, file).returncode == 0
    for post in (till, away):
        post.wait_equal(hub.heads())
    assert len(till.ask("rows", topic="categories")["rows"]) == 2
    refused = told(hub, "categories", "remove", "Épicerie")
    assert (refused.returncode, "n’est pas vide" in refused.stderr) == (1, True)
    away.end()
    done = told(hub, "categories", "remove", "Epicerie")
    assert done.returncode == 0, done.stderr
    assert "va dans Épicerie" in done.stdout
    till.wait_equal(hub.heads())
    (left,) = till.ask("rows", topic="categories")["rows"]
    assert left["name"] == "Épicerie"
    back = street.again("Caisse 2")
    back.wait_equal(hub.heads())
    assert back.ask("rows", topic="categories")["rows"] == [left]


def test_rejects_of_an_import_through_the_hub_lie_beside_the_file(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    file = street.root / "articles.csv"
    file.write_text(f"{HEADINGS}{CODE};Café;;4,20;5,5;1\n9;;;1;20;0\n", "utf-8")
    done = imported(hub, file, lang="en")
    assert done.returncode == SOME_REJECTED
    assert "1 line was taken." in done.stdout
    rejects = (street.root / "articles-rejets.csv").read_text("utf-8-sig").splitlines()
    assert (len(rejects), rejects[1].split(";")[0]) == (2, "3")
    assert hub.heads()["articles"][0] == 1


@pytest.mark.slow
@pytest.mark.skipif(not ARTICLES.exists(), reason="the real articles are not here (../shared/data)")
def test_20000_real_articles_reach_a_till_that_follows(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    till = street.post(hub, "till", "Caisse 1")
    done = imported(hub, ARTICLES)
    assert done.returncode in (0, SOME_REJECTED), done.stderr
    heads = hub.heads()
    till.wait_equal(heads)
    rows = till.ask("rows", topic="articles")["rows"]
    assert len(rows) > 19_000
    tseq, digest = heads["articles"]
    assert tseq >= len(rows)
    assert imported(hub, ARTICLES).returncode == done.returncode
    assert hub.heads()["articles"][1] == digest, "the same list once more changes no article"
    till.wait_equal(hub.heads())
