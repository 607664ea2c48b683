"""The assortment of a simulated shop: articles that tills make, and categories with their parts.

Owns making both, removing categories, and what must hold of them: an acknowledged one is there
once, as somebody said last; a code means one article, and a till that made another of the same code
is told; categories are a tree of two levels; one goes where nothing stands in it, and stays away;
what was made for it stands in the one that is there instead.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from random import Random
from typing import Any, Final

import orjson

from common import messages as m
from common.models import Article, Category
from common.topics import Profile
from tests.sim.history import Deed, History, Told
from tests.sim.labels import removal
from tests.sim.post import SimPost
from tests.sim.trade import UNIT_CENTS, label_of_number, number_of

SOON_S: Final = 0.5
TWICE: Final = 0.5
"""So often the same code is scanned at another till, so many seconds later."""
RACED: Final = 0.7
RACE_S: Final = 0.08
"""So often a till makes an article for a category that is being removed, within so long."""
REMOVED: Final = 0.35
"""So much of what is done about categories is removing one."""
CODES: Final = 6
"""So few unknown codes are scanned in a story: two tills make an article of the same."""
FIRST: Final = "All"
"""The category that the shop begins with. No operation changes it."""


# Articles.


def scan(post: SimPost, rng: Random, others: Sequence[SimPost]) -> None:
    """Scan a code that the shop did not begin with; perhaps at two tills about the same time."""
    code = _drawn_code(rng)
    _scan(post, code, rng)
    tills = [other for other in others if other.profile is Profile.TILL and other is not post]
    if rng.random() < TWICE and tills:
        other = rng.choice(tills)
        other.after(rng.uniform(0, SOON_S), lambda: _scan(other, code, rng))


def _drawn_code(rng: Random) -> str:
    return f"99{rng.randrange(CODES):06}"


def _scan(post: SimPost, code: str, rng: Random, category_id: str = "") -> None:
    """Where a till does not know a code, it makes the article; and sells it at once.

    `category_id`: for which category, if the till shows it.
    """
    session = post.session
    if session is None:
        return
    known = session.catalogue.by_code(code)
    if known is not None:
        if any(deed.about == known.id for deed in post.history.kind("article.create")):
            post.sell_new(known.id)  # Else its row was altered on its way.
        return
    label = post.label("a")
    first = session.catalogue.categories()
    if not first:
        return  # No copy of the shop yet.
    place = rng.choice(first)
    place = rng.choice((place, *session.catalogue.categories(place.id)))
    place = session.catalogue.category(category_id) or place
    row = Article(session.new_id(), label, place.id, UNIT_CENTS, 550, (code,))
    deed = Deed(
        label, post.number, "article.create", Told.RECORDED, about=row.id, category=place.id
    )
    post.do(deed, lambda session: session.send("article.create", {"article": row}))
    if deed.told is Told.RECORDED and post.session is not None:
        post.sell_new(row.id)


def article_faults(
    db: Any, history: History, outbox_lost: Set[int], went_back: bool
) -> Iterator[str]:
    """Yield what does not hold of the articles that tills made. `outbox_lost`: posts of which not
    all is known; `went_back`: the hub was restored, and may lack their category."""
    there = dict(db.execute("SELECT id, name FROM article"))
    places = dict(db.execute("SELECT id, category_id FROM article"))
    instead = dict(db.execute("SELECT id, into_id FROM removed_category"))
    owners: dict[str, set[str]] = {}
    for article_id, code in db.execute("SELECT article_id, code FROM barcode"):
        owners.setdefault(article_id, set()).add(code)
    aside = _put_aside(db)
    allowed = {"code_taken", "altered", *(("unknown_category",) if went_back else ())}
    made = history.kind("article.create")
    for deed in made:
        name, told_last = deed.label, not deed.fragile and deed.post not in outbox_lost
        code = aside.get(deed.about)
        if deed.about in there:
            if deed.told is Told.REFUSED or there[deed.about] != name:
                yield f"article {name} is there as {there[deed.about]}, {deed.told}"
            # Nobody moves one: as long as it stands in its category, that is not removed.
            if places[deed.about] != instead.get(deed.category, deed.category):
                yield f"article {name} stands in {places[deed.about]}, made for {deed.category}"
            if not owners.get(deed.about):
                yield f"article {name} is there, and its code means another"
            if told_last and deed.status is not m.Status.ACCEPTED and deed.sure:
                yield f"article {name} is there, and its post was told {deed.status}"
        elif deed.sure and code is None:
            yield f"article {name} is not at the hub, nor put aside: {deed.status} {deed.code}"
        elif deed.sure and code not in allowed:
            yield f"article {name} is put aside as {code}"
        elif deed.sure and told_last and deed.status is not m.Status.QUARANTINED:
            yield f"article {name} is put aside, and its post was told {deed.status}"
    known = {deed.about for deed in made}
    for article_id, name in there.items():
        if article_id not in known and not name.startswith("Item "):
            yield f"nobody made article {name}"


def _put_aside(db: Any) -> dict[str, str]:
    """Return why articles lie in quarantine, by their ids. A category that neither exists now nor
    was removed did not exist then: its row was altered on its way to the till.

    What came from an older copy of an outbox (`hash_mismatch`) comes once more from a new one.
    """
    found = {}
    known = "SELECT id FROM category UNION ALL SELECT id FROM removed_category"
    categories = {each for (each,) in db.execute(known)}
    sql = "SELECT code, body FROM quarantine WHERE outcome IS NULL AND code <> 'hash_mismatch'"
    for code, body in db.execute(sql):
        if b'"article.create"' in body:
            article = orjson.loads(body)["args"]["article"]
            gone = code == "unknown_category" and article["category_id"] not in categories
            found[article["id"]] = "altered" if gone else code
    return found


def shared_code(rows: Mapping[str, bytes], key: str, row: bytes) -> str:
    """Return what is wrong with an article that takes its place among others; "" for nothing."""
    codes = set(orjson.loads(row)["codes"])
    for other, raw in rows.items():
        if other != key and codes & set(orjson.loads(raw)["codes"]):
            return f"articles {key} and {other} have a code in common: {sorted(codes)}"
    return ""


# Categories.


def arrange(post: SimPost, rng: Random, others: Sequence[SimPost]) -> None:
    """Make a category, or a part of one, or move or remove one; what cannot be is refused."""
    session = post.session
    assert session is not None
    first = session.catalogue.categories()
    shown = [each for top in first for each in (top, *session.catalogue.categories(top.id))]
    if rng.random() < REMOVED and shown and _remove(post, rng, shown, others):
        return
    own = [each.id for each in shown if each.name != FIRST]
    label = post.label("g")
    category_id, parent_id, name = session.new_id(), "", f"Rayon {label}"
    choice = rng.random()
    if choice < 0.1:
        name = FIRST
    elif choice < 0.7:
        parent_id = rng.choice(["", *(each.id for each in shown)])
    elif own:
        category_id = rng.choice(own)
        parent_id = rng.choice(["", *(each.id for each in shown)])
    row = Category(category_id, name, rank=number_of(label), parent_id=parent_id)
    deed = Deed(label, post.number, "category.put", Told.RECORDED, about=category_id)
    post.do(deed, lambda session: session.send("category.put", {"category": row}))


def _remove(
    post: SimPost, rng: Random, shown: Sequence[Category], others: Sequence[SimPost]
) -> bool:
    """Remove a category, perhaps just when a till makes an article for it; false: it was asked."""
    gone, into = rng.choice(shown), rng.choice(("", "", rng.choice(shown).id))
    label = removal(post.number, gone.id)
    if label in post.history.deeds:
        return False
    tills = [other for other in others if other.profile is Profile.TILL]
    if rng.random() < RACED and tills:
        till, code = rng.choice(tills), _drawn_code(rng)
        till.after(rng.uniform(0, RACE_S), lambda: _scan(till, code, rng, gone.id))
    args = {"category": gone.id, "into": into}
    deed = Deed(label, post.number, "category.remove", Told.RECORDED, about=gone.id)
    post.do(deed, lambda session: session.send("category.remove", args))
    return True


def removal_faults(
    db: Any, history: History, outbox_lost: Set[int], went_back: bool
) -> Iterator[str]:
    """Yield what does not hold of removed categories: a request, of what exists, for good.

    `went_back`: the hub was restored, and may not have known the category when it was asked.
    """
    there = {each for (each,) in db.execute("SELECT id FROM category")}
    instead = dict(db.execute("SELECT id, into_id FROM removed_category"))
    asked = history.kind("category.remove")
    made = {deed.about for deed in history.kind("category.put")}
    wanted = {deed.about for deed in asked if deed.told is not Told.REFUSED}
    yield from (f"category {each} was removed, and nobody asked" for each in {*instead} - wanted)
    yield from (f"category {each} was removed, and nobody made it" for each in {*instead} - made)
    yield from (f"category {each} was removed, and is there" for each in {*instead} & there)
    yield from (f"{each}, not there, is instead of one" for each in {*instead.values()} - there)
    allowed = {
        *("category_not_empty", "category_removed", "category_into_itself", "last_category"),
        *(("unknown_category",) if went_back else ()),
    }
    for deed in asked:
        if not deed.sure or deed.fragile or deed.post in outbox_lost:
            continue
        if deed.status is m.Status.ACCEPTED:
            if deed.about not in instead:
                yield f"{deed.label} was to remove a category, which was not"
        elif deed.status is not m.Status.REFUSED or deed.code not in allowed:
            yield f"{deed.label} was neither taken nor refused: {deed.status} {deed.code}"


def category_faults(db: Any, history: History, outbox_lost: Set[int]) -> Iterator[str]:
    """Yield what does not hold of the categories. `outbox_lost`: posts of which not all is known.

    A request: it was taken or refused, and its post was told which.
    """
    sql = "SELECT id, name, rank, parent_id FROM category"
    rows = {row[0]: row[1:] for row in db.execute(sql)}
    removed = {each for (each,) in db.execute("SELECT id FROM removed_category")}
    places = [(parent_id, name) for name, _, parent_id in rows.values()]
    if len(set(places)) < len(places):
        yield f"two categories bear one name in one place: {sorted(places)}"
    by_category: dict[str, list[Deed]] = {}
    for deed in history.kind("category.put"):
        by_category.setdefault(deed.about, []).append(deed)
        told_last = not deed.fragile and deed.post not in outbox_lost
        if deed.sure and told_last and deed.status not in (m.Status.ACCEPTED, m.Status.REFUSED):
            yield f"{deed.label} was neither taken nor refused: {deed.status} {deed.code}"
    for category_id, deeds in by_category.items():
        taken = [deed for deed in deeds if deed.status is m.Status.ACCEPTED and deed.sure]
        if category_id not in rows:
            if taken and category_id not in removed:
                yield f"{taken[0].label} was taken, and its category is not at the hub"
            continue
        label = label_of_number("g", rows[category_id][1])
        may_be = [deed for deed in deeds if deed.status is not m.Status.REFUSED]
        if label not in history.last(may_be, outbox_lost):
            yield f"category {category_id} is as by {label}, and that was not the last taken"
    for category_id, (name, _, _) in rows.items():
        if category_id not in by_category and name != FIRST:
            yield f"nobody made category {name}"


def article_left(articles: Mapping[str, bytes], category_id: str) -> str:
    """Return which article stands in a category that is removed; "" for none."""
    for key, row in articles.items():
        if orjson.loads(row)["category_id"] == category_id:
            return f"category {category_id} is removed, and article {key} stands in it"
    return ""


def broken_tree(rows: Mapping[str, bytes]) -> str:
    """Return what is wrong with the tree that categories are; "" for nothing."""
    parents = {key: orjson.loads(row).get("parent_id", "") for key, row in rows.items()}
    for key, parent in parents.items():
        if parent and parent not in parents:
            return f"category {key} is a part of {parent}, which is none"
        if parent and parents[parent]:
            return f"category {key} is a part of {parent}, which is a part itself"
    return ""
