"""A conversation about the journal: what hello and ping say, what welcome and pong bring."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import messages as m
from common.journal.witness import Conflict
from kiosk.conversation import Conversation
from kiosk.presence import PING_S, Way
from kiosk.witness import KEEP_S, InMemory, Witness
from tests.common.journal.heads import EPOCHS, KEYS, Numbers
from tests.kiosk.scripted_hub import TOPICS, Scripted

JOURNAL = Numbers("a" * 100)


class Watching(Scripted):
    """A post that is a witness."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.witness = Witness(InMemory(KEYS.public.hex()), self.hand.clocks)
        self.talk = self.new_conversation()

    def new_conversation(self) -> Conversation:
        witness = getattr(self, "witness", None)
        return Conversation(TOPICS, self.outbox, self.replica, self.hand.clocks, witness)

    def meet(self, news: m.JournalNews | None) -> list[str]:
        """Come back, and be welcomed; return the codes of what is shown."""
        self.talk.closed(Way.COMMANDS)
        self.open()
        hello = self.take(m.Hello)[-1]
        turn = self.hear(replace(self.welcome(hello), journal=news))
        return [problem.code for problem in turn.notices]

    def ping(self, head: int | None, journal: Numbers = JOURNAL) -> m.Ping:
        """Ping, and be answered; return what was said."""
        self.hand.sleep(PING_S)
        self.turn()
        ping = self.take(m.Ping)[-1]
        seal = None if head is None else journal.seal(head)
        self.hear(m.Pong(ping.sent_ms, self.hand.wall, 0, seal))
        return ping


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Watching]:
    post = Watching(tmp_path)
    yield post
    post.close()


def test_heads_come_by_welcome_and_pong_and_are_said_again(post: Watching) -> None:
    assert post.meet(m.JournalNews(JOURNAL.seal(5))) == []
    assert post.ping(9).head_seq == 5
    assert post.ping(None).head_seq == 9
    post.talk.closed(Way.COMMANDS)
    post.open()
    (hello,) = post.take(m.Hello)
    assert hello.witness is not None
    assert hello.witness.marks == (JOURNAL.mark(9),)


def test_an_older_hub_says_nothing_of_a_journal(post: Watching) -> None:
    assert post.meet(None) == []
    assert post.ping(None).head_seq == 0


def test_a_post_that_is_no_witness_says_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    plain = Scripted(tmp_path)
    plain.open()
    (hello,) = plain.take(m.Hello)
    assert hello.witness is None
    plain.hear(replace(plain.welcome(hello), journal=m.JournalNews(JOURNAL.seal(5))))
    plain.hand.sleep(PING_S)
    plain.turn()
    assert plain.take(m.Ping)[-1].head_seq is None
    plain.hear(m.HeadsRequest(0, 0, 5), m.Contradicted(0, Conflict.GONE, 0, 5))
    assert plain.take(m.Heads) == []
    assert [problem for turn in plain.turns for problem in turn.notices] == []
    plain.close()


def test_a_journal_that_went_back_is_shown_and_its_heads_are_handed_over(post: Watching) -> None:
    post.meet(m.JournalNews(JOURNAL.seal(5)))
    post.hand.sleep(KEEP_S)
    post.ping(None)
    post.ping(80)
    assert post.meet(m.JournalNews(JOURNAL.seal(60), against=(0,))) == []
    turn = post.hear(m.HeadsRequest(0, 0, 80))
    (heads,) = post.take(m.Heads)
    assert (heads.run, len(heads.seals), turn.notices) == (0, 2, [])
    turn = post.hear(m.Contradicted(0, Conflict.GONE, 5, 61))
    (problem,) = turn.notices
    assert (problem.code, problem.params) == ("journal_contradicted", {"lines": "6–61"})
    assert post.hear(m.Contradicted(0, Conflict.GONE, 5, 61)).notices == []


def test_it_is_shown_though_the_hub_says_nothing_of_it(post: Watching) -> None:
    post.meet(m.JournalNews(JOURNAL.seal(80)))
    assert post.meet(m.JournalNews(JOURNAL.seal(60))) == ["journal_contradicted"]
    assert post.meet(m.JournalNews(JOURNAL.seal(60))) == []


def test_a_pong_to_what_was_said_before_the_welcome_is_not_heeded(post: Watching) -> None:
    post.meet(m.JournalNews(JOURNAL.seal(5)))
    post.talk.closed(Way.COMMANDS)
    post.open()
    hello = post.take(m.Hello)[-1]
    post.hand.sleep(PING_S)
    post.turn()
    (early,) = post.take(m.Ping)
    # Of a hub that is not known yet to go on with the same journal.
    post.hear(m.Pong(early.sent_ms, post.hand.wall, 0, JOURNAL.seal(70)))
    assert post.witness.seq == 5
    post.hear(replace(post.welcome(hello), journal=m.JournalNews(JOURNAL.seal(71))))
    assert post.witness.seq == 71


def test_a_hub_of_an_older_epoch_is_no_continuation(post: Watching) -> None:
    post.meet(m.JournalNews(JOURNAL.seal(80, EPOCHS[1])))
    assert post.meet(m.JournalNews(JOURNAL.seal(90, EPOCHS[0]))) == ["journal_contradicted"]
