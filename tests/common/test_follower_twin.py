"""Whatever the network does, a follower ends with the hub's rows and never shows a false one."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from common.topic_progress import TopicState
from common.wire import digest_hex
from tests.common.hub_twin import OUTBOX, TOPICS, HubTwin

TOPIC = st.integers(0, len(TOPICS) - 1)
PLACE = st.integers(0, 4)
COUNT = st.integers(1, 6)
KIND = st.integers(0, 3)
PUBLISH = st.tuples(st.just(HubTwin.publish), TOPIC, PLACE, st.booleans(), KIND)
RUSH = st.tuples(st.just(HubTwin.rush), TOPIC, st.lists(KIND, max_size=4), st.booleans())
COMMON: list[st.SearchStrategy[tuple[Any, ...]]] = [
    PUBLISH,
    RUSH,
    RUSH,
    st.tuples(st.just(HubTwin.answer)),
    st.tuples(st.just(HubTwin.hear_answer)),
    st.tuples(st.just(HubTwin.exchange), COUNT),
    st.tuples(st.just(HubTwin.exchange), COUNT),
    st.tuples(st.just(HubTwin.hear_broadcast), PLACE, st.booleans()),
    st.tuples(st.just(HubTwin.hear_broadcasts), COUNT),
    st.tuples(st.just(HubTwin.hear_broadcasts), COUNT),
    st.tuples(st.just(HubTwin.lose_broadcasts), COUNT),
    st.tuples(st.just(HubTwin.lose_answer)),
    st.tuples(st.just(HubTwin.beat)),
    st.tuples(st.just(HubTwin.connect)),
    st.tuples(st.just(HubTwin.greet)),
    st.tuples(st.just(HubTwin.prune), TOPIC, PLACE),
    st.tuples(st.just(HubTwin.read_for_others), TOPIC),
    st.tuples(st.just(HubTwin.wait), st.sampled_from([0.1, 4.0, 11.0])),
]
RESTORE = st.tuples(st.just(HubTwin.restore), st.integers(0, 4))
SPOIL = st.tuples(st.just(HubTwin.spoil), TOPIC)


def check_moment(twin: HubTwin, spoilt: bool) -> None:
    """What holds at every moment, in the hub's own epoch."""
    if twin.replica.epoch() != twin.epoch:
        return
    for name, model in twin.topics.items():
        if twin.replica.is_stale(name):
            continue
        tseq = twin.replica.tseq(name)
        assert tseq <= len(model.log)
        if tseq and not spoilt:
            assert twin.replica.rows(name) == model.rows(tseq), name
            assert digest_hex(twin.replica.digest(name)) == model.digest(tseq), name
        covered = twin.replica.last_n(name)
        missing = [c.n for c in model.log[tseq:] if c.outbox == OUTBOX]
        assert covered < min(missing, default=covered + 1), f"{name} hides a pending effect"


def check_end(twin: HubTwin) -> None:
    """What holds once the network is quiet and a heartbeat has come."""
    assert twin.follower.live
    assert twin.replica.epoch() == twin.epoch
    for name, model in twin.topics.items():
        assert twin.follower.state(name) is TopicState.LIVE
        assert twin.replica.tseq(name) == len(model.log)
        assert twin.replica.rows(name) == model.rows()
        assert digest_hex(twin.replica.digest(name)) == model.digest()
        own = [c.n for c in model.log if c.outbox == OUTBOX]
        assert max(own, default=0) <= twin.replica.last_n(name) <= twin.last_n


def play(steps: list[tuple[Any, ...]], spoilt: bool) -> HubTwin:
    twin = HubTwin()
    twin.connect()
    for step, *arguments in steps:
        step(twin, *arguments)
        check_moment(twin, spoilt)
    twin.settle()
    check_end(twin)
    return twin


@settings(max_examples=300)
@given(st.lists(st.one_of(*COMMON, RESTORE), min_size=40, max_size=90))
def test_a_follower_ends_with_the_hubs_rows(steps: list[tuple[Any, ...]]) -> None:
    play(steps, spoilt=False)


@settings(max_examples=100)
@given(st.lists(st.one_of(*COMMON, RESTORE, SPOIL), min_size=20, max_size=60))
def test_a_row_that_rots_is_found_and_replaced(steps: list[tuple[Any, ...]]) -> None:
    play(steps, spoilt=True)


@settings(max_examples=100)
@given(st.lists(PUBLISH, min_size=10, max_size=40))
def test_a_good_network_needs_no_question_after_the_first(steps: list[tuple[Any, ...]]) -> None:
    twin = HubTwin()
    twin.connect()
    while twin.asked or twin.answers:
        twin.answer()
        twin.hear_answer()
    assert twin.follower.live
    for step, topic, key, own, kind in steps:
        step(twin, topic, key, own, min(kind, 2))
        twin.beat()
        while twin.broadcasts:
            twin.hear_broadcast(0, again=False)
        assert not twin.asked
    check_end(twin)
    assert twin.replica.applied == sum(len(model.log) for model in twin.topics.values())
