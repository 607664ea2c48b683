"""What is typed into a search box: the slowest of many inputs, beside one pass over all names.

In this process, of this thread's CPU: nothing else of a till takes part in it.
"""

import string
import time
from collections.abc import Callable, Iterator
from functools import partial

from common.models import Article, encode_row
from kiosk.catalogue import Catalogue
from tests.bench.figure import Figure, at_most
from tests.bench.setting import Setting
from tests.bench.systems import LIMIT, OURS

PAGE = 60
TRIES = 5
TYPED = (
    *string.ascii_lowercase,
    *string.digits,
    *("ch", "choc", "chocolat", "chocolat noir", "noir choc", "œufs", "lait demi écrémé 1 l"),
    *("325", "3257980890627", "890627", "zzz", "q x", "e a", "a e i", "e a o u", "1 5 l"),
    *("choclat", "chocloat noir", "gazeuze", "qsdfghjk", "frasi"),
)
WORDS = ("Lait", "Chocolat noir", "Œufs frais", "Eau gazeuse", "Pâtes", "Riz", "Café", "Thé vert")


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield the slowest keystroke of each size of a catalogue."""
    for articles in setting.plan.snapshot_articles:
        rows = shelf(articles)
        catalogue = Catalogue()
        catalogue.replace("articles", rows)
        names = [article.name for article in catalogue.search(limit=articles)]
        rounds = []
        for _ in setting.rounds(f"typing among {articles:,} articles"):
            limit_ms = best_ms(partial(_look_through, names))
            slowest = max(best_ms(partial(catalogue.search, text, None, PAGE)) for text in TYPED)
            rounds.append({OURS: slowest, LIMIT: limit_ms})
        notes = {"articles": articles, "inputs": len(TYPED), "page": PAGE}
        goals = (at_most(30.0),)
        yield Figure(f"slowest keystroke, {articles:,} articles", "ms", tuple(rounds), notes, goals)


def shelf(articles: int) -> list[tuple[str, bytes]]:
    """Return so many rows of articles, in the order of their keys."""
    made = (
        Article(
            f"{n:032x}",
            f"{WORDS[n % 8]} {WORDS[n // 8 % 8].lower()} n° {n % 977} {n % 31} cl",
            f"{n % 40:032x}",
            199,
            550,
            (f"3{n:012}",),
        )
        for n in range(articles)
    )
    return [(article.id, encode_row(article)) for article in made]


def best_ms(work: Callable[[], object]) -> float:
    """Return the least CPU time of some tries, ms."""
    times = []
    for _ in range(TRIES):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return min(times) * 1_000


def _look_through(names: list[str]) -> int:
    return sum("zzz" in name for name in names)
