"""What is asked of the hub, when, and what screens are told of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from common import messages as m
from common.pictures import AT_ONCE, SIDE, picture_id
from kiosk.picture_files import PictureFiles
from kiosk.pictures import A_FRAME, ANSWER_S, BURST, FIRST, KIND, PER_S, READY, Pictures
from kiosk.state import LinkStatus
from tests.kiosk.test_picture_files import EACH, NAMES, PICTURES, picture, text

ROWS = {"articles": {f"a{place}": name for place, name in enumerate(NAMES[:4])}}


class InlineWorker:
    """Works at once, and hands over at the next `take`: as if a frame later."""

    def __init__(self) -> None:
        self._done: list[Callable[[], None]] = []
        self.closed = False

    def do(self, job: Callable[[], Any], done: Callable[[Any], None]) -> None:
        result = job()
        self._done.append(lambda: done(result))

    def take(self) -> None:
        done, self._done = self._done, []
        for each in done:
            each()

    def close(self) -> None:
        self.closed = True


class Desk:
    """A post's pictures, its hub as far as they go, and a clock."""

    def __init__(self, folder: Path | None, room: int = 1_000) -> None:
        self.now_s = 100.0
        self.asked: list[m.Query] = []
        self.rows: dict[str, dict[str, str]] = {"articles": {}, "categories": {}}
        self.hub: dict[str, bytes] = dict(zip(NAMES, PICTURES, strict=True))
        self.folder, self.room = folder, room
        self.open()

    def open(self) -> None:
        """Start the post, anew."""
        files = None if self.folder is None else PictureFiles(self.folder, self.room * EACH)
        worker: Any = InlineWorker()
        self.worker = worker
        self.pictures = Pictures(
            files,
            lambda: [name for rows in self.rows.values() for name in rows.values()],
            self.asked.append,
            lambda: self.now_s,
            make_worker=lambda _: worker,
        )

    def name(self, rows: Mapping[str, str], topic: str = "articles") -> None:
        """Let rows name pictures, as a snapshot brings them."""
        self.rows[topic] = dict(rows)
        self.pictures.rows_changed({}, frozenset({topic}), self.of)

    def of(self, topic: str, key: str) -> str:
        return self.rows[topic].get(key, "")

    def online(self) -> None:
        self.pictures.link(LinkStatus.ONLINE)

    def wanted(self) -> list[str]:
        """Return what the last question was for."""
        assert self.asked[-1].kind == KIND
        return list(self.asked[-1].args["pictures"])

    def answer(self, said: Mapping[str, str | None] | None = None, code: str = "") -> None:
        """Let the hub answer the last question, by what it has where nothing is said."""
        if said is None:
            said = {
                name: text(self.hub[name]) if name in self.hub else None for name in self.wanted()
            }
        result = None if code else said
        self.pictures.hear(m.Answer(self.asked[-1].request, result, code))

    def turns(self, count: int = 3) -> None:
        for _ in range(count):
            self.pictures.tick()

    def settle(self) -> None:
        """Let the hub answer until nothing more is asked."""
        answered = 0
        self.turns()
        while answered < len(self.asked):
            answered = len(self.asked)
            self.answer()
            self.turns()

    def kept(self) -> set[str]:
        assert self.folder is not None
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "pictures")


def arrived(desk: Desk) -> set[str]:
    desk.turns()
    return set(desk.pictures.take_arrived())


def test_nothing_is_asked_before_the_copy_is_in_step(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.turns()
    desk.pictures.link(LinkStatus.CATCHING_UP)
    desk.turns()
    assert desk.asked == []
    desk.online()
    desk.turns()
    assert desk.asked[0].request > FIRST
    assert set(desk.wanted()) == set(NAMES[:4])


def test_what_came_is_on_disk_and_asked_no_more(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.settle()
    assert desk.kept() == set(NAMES[:4])
    assert len(desk.asked) == 1
    desk.open()
    desk.name(ROWS["articles"])
    desk.online()
    desk.settle()
    assert len(desk.asked) == 1, "a restart finds them"


def test_a_few_at_a_time_and_no_faster_than_the_hub_likes(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "pictures", room=10_000)
    count = (BURST + 2) * AT_ONCE
    names = [f"{number:032x}" for number in range(count)]
    desk.name({f"a{number}": name for number, name in enumerate(names)})
    desk.online()
    desk.settle()
    assert len(desk.asked) == BURST
    assert all(len(query.args["pictures"]) <= AT_ONCE for query in desk.asked)
    assert desk.pictures.due_in_s == pytest.approx(1 / PER_S)
    desk.now_s += 1.5 / PER_S
    desk.settle()
    assert len(desk.asked) == BURST + 1
    desk.now_s += 60
    desk.settle()
    assert len(desk.asked) == BURST + 2
    assert {name for query in desk.asked for name in query.args["pictures"]} == set(names)
    assert desk.pictures.due_in_s is None


def test_what_a_screen_looks_for_comes_first(desk: Desk) -> None:
    others = {f"b{number}": f"{number:032x}" for number in range(3 * AT_ONCE)}
    desk.name({**others, "a": NAMES[4]})
    desk.online()
    assert desk.pictures.look(NAMES[4], SIDE) is None
    desk.turns()
    assert desk.wanted()[0] == NAMES[4]
    desk.answer()
    assert arrived(desk) == {NAMES[4]}
    raster = desk.pictures.look(NAMES[4], SIDE)
    assert raster is not None
    assert len(raster.pixels) == 3 * raster.width * raster.height


def test_what_is_on_disk_is_shown_without_a_hub(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.settle()
    desk.open()
    desk.name(ROWS["articles"])
    # A tile may look for it before the folder was read.
    assert desk.pictures.look(NAMES[0], SIDE) is None
    assert arrived(desk) == {NAMES[0]}
    assert desk.pictures.look(NAMES[0], SIDE) is not None
    assert desk.pictures.look(NAMES[4], SIDE) is None
    assert arrived(desk) == set()
    assert len(desk.asked) == 1


def test_one_that_was_looked_for_while_the_hub_was_away_comes_when_it_is_back(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    assert desk.pictures.look(NAMES[0], SIDE) is None
    desk.turns()
    assert desk.asked == []
    desk.online()
    desk.turns()
    assert desk.wanted()[0] == NAMES[0]
    desk.pictures.link(LinkStatus.OFFLINE)
    desk.answer()
    assert arrived(desk) == set(), "an answer of the conversation before is none"
    desk.online()
    desk.turns()
    assert desk.wanted()[0] == NAMES[0]
    desk.answer()
    assert arrived(desk) == {NAMES[0]}


def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_that(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.pictures.look(NAMES[0], SIDE)
    desk.turns()
    assert desk.pictures.due_in_s == ANSWER_S
    desk.now_s += ANSWER_S
    desk.turns()
    assert len(desk.asked) == 2
    assert NAMES[0] in desk.wanted()
    desk.pictures.hear(m.Answer(desk.asked[0].request, {NAMES[0]: text(PICTURES[0])}))
    assert desk.kept() == set(), "it is the answer to an older question"


def test_what_no_screen_looks_for_is_asked_again_where_no_answer_came(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.turns()
    first = set(desk.wanted())
    assert first == set(NAMES[:4])
    desk.now_s += ANSWER_S
    desk.turns()
    assert len(desk.asked) == 2
    assert set(desk.wanted()) == first


def test_what_did_not_fit_into_the_answer_is_asked_again(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.turns()
    first = desk.wanted()
    desk.answer({first[0]: text(desk.hub[first[0]])})
    desk.turns()
    assert set(desk.wanted()) == set(first[1:])


def test_one_that_the_hub_does_not_have_is_asked_once_until_it_is_met_again(desk: Desk) -> None:
    del desk.hub[NAMES[0]]
    desk.name(ROWS["articles"])
    desk.online()
    desk.pictures.look(NAMES[0], SIDE)
    desk.settle()
    assert len(desk.asked) == 1
    desk.pictures.look(NAMES[0], SIDE)
    desk.settle()
    assert len(desk.asked) == 1
    desk.pictures.link(LinkStatus.OFFLINE)
    desk.online()
    desk.turns()
    assert desk.wanted() == [NAMES[0]]


def test_one_that_is_not_what_it_is_called_is_not_shown(desk: Desk) -> None:
    desk.name({"a": NAMES[0]})
    desk.online()
    desk.pictures.look(NAMES[0], SIDE)
    desk.turns()
    desk.answer({NAMES[0]: text(PICTURES[1])})
    assert arrived(desk) == set()
    assert desk.kept() == set()
    desk.settle()
    assert len(desk.asked) == 1


@pytest.mark.parametrize("code", ["unknown_query", "profile_not_allowed", "hub_busy"])
def test_a_hub_that_gives_none_is_not_asked_again_and_again(desk: Desk, code: str) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.turns()
    desk.answer(code=code)
    desk.now_s += 3_600
    desk.turns()
    assert (len(desk.asked), desk.pictures.due_in_s) == (1, None)
    desk.pictures.link(LinkStatus.OFFLINE)
    desk.online()
    desk.turns()
    assert len(desk.asked) == 2


@pytest.mark.parametrize("said", [[], {"a": 1}, "no", None, 7])
def test_an_answer_of_another_shape_is_none(desk: Desk, said: Any) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.turns()
    desk.pictures.hear(m.Answer(desk.asked[-1].request, said))
    desk.turns()
    assert len(desk.asked) == 1


def test_pictures_that_nobody_asked_for_are_not_kept(desk: Desk) -> None:
    desk.name({"a": NAMES[0]})
    desk.online()
    desk.turns()
    desk.answer({NAMES[1]: text(PICTURES[1])})
    desk.turns()
    assert desk.kept() == set()


def test_a_damaged_file_is_asked_anew(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.settle()
    assert desk.folder is not None
    (desk.folder / NAMES[0]).write_bytes(b"damaged")
    desk.pictures.look(NAMES[0], SIDE)
    assert arrived(desk) == set()
    desk.settle()
    assert arrived(desk) == {NAMES[0]}
    assert len(desk.asked) == 2


def test_a_row_that_changes_names_what_is_asked(desk: Desk) -> None:
    desk.name({})
    desk.online()
    desk.turns()
    desk.rows = {"articles": {"a1": NAMES[1], "a2": ""}, "categories": {"c1": NAMES[2]}}
    touched = {"articles": frozenset({"a1", "a2", "gone"}), "categories": frozenset({"c1"})}
    desk.pictures.rows_changed({**touched, "stock": frozenset({"a1:main"})}, frozenset(), desk.of)
    desk.turns()
    assert set(desk.wanted()) == {NAMES[1], NAMES[2]}


def test_the_folder_is_never_fuller_than_allowed(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "pictures", room=2)
    desk.name(ROWS["articles"])
    desk.online()
    desk.settle()
    assert len(desk.kept()) == 2
    missing = next(iter(set(NAMES[:4]) - desk.kept()))
    desk.pictures.look(missing, SIDE)
    desk.settle()
    assert arrived(desk) == {missing}
    assert missing in desk.kept()
    assert len(desk.kept()) == 2


def test_what_no_row_names_goes_once_the_copy_is_in_step(desk: Desk) -> None:
    desk.name(ROWS["articles"])
    desk.online()
    desk.settle()
    desk.open()
    desk.name({"a1": NAMES[1]})
    desk.turns()
    assert desk.kept() == set(NAMES[:4]), "a copy that is not in step may be a copy of nothing"
    desk.online()
    desk.turns()
    assert desk.kept() == {NAMES[1]}


def test_a_screen_is_handed_a_few_at_a_time(desk: Desk) -> None:
    content = [picture(shade) for shade in range(0, 4 * READY, 3)]
    desk.hub = {picture_id(each): each for each in content}
    desk.name({f"a{place}": name for place, name in enumerate(desk.hub)})
    desk.online()
    desk.settle()
    names = list(desk.hub)[: A_FRAME + 2]
    for name in names:
        desk.pictures.look(name, SIDE)
    assert len(arrived(desk)) == A_FRAME
    assert desk.pictures.due_in_s == 0
    assert len(arrived(desk)) == 2
    for name in desk.hub:
        desk.pictures.look(name, SIDE)
    seen: set[str] = set()
    while found := arrived(desk):
        seen |= found
    assert len(seen) <= READY, "pixels that nobody fetches are not kept for ever"


def test_one_picture_is_fetched_once_and_read_for_each_room(desk: Desk) -> None:
    desk.name({"a": NAMES[0]})
    desk.online()
    desk.pictures.look(NAMES[0], 52)
    desk.pictures.look(NAMES[0], 99)
    desk.settle()
    assert len(desk.asked) == 1
    assert arrived(desk) == {NAMES[0]}
    on_key, on_tile = desk.pictures.look(NAMES[0], 52), desk.pictures.look(NAMES[0], 99)
    assert on_key is not None
    assert on_tile is not None
    assert (on_key.width, on_tile.width) == (64, 128)


def test_a_post_without_a_folder_asks_for_none() -> None:
    desk = Desk(None)
    desk.name(ROWS["articles"])
    desk.online()
    desk.turns()
    assert desk.pictures.look(NAMES[0], SIDE) is None
    assert (desk.asked, desk.pictures.due_in_s) == ([], None)
    desk.pictures.close()


def test_its_thread_ends_with_it(desk: Desk) -> None:
    desk.pictures.close()
    assert desk.worker.closed
