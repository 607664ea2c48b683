"""A kiosk without a window: JSON lines in on standard input, JSON lines out on standard output.

For tests, load and integrations. The session is the one that the screens have. Lines are taken in
order, one at a time; a line that is not understood gives an `error` and the kiosk goes on. The end
of standard input, `quit`, SIGTERM and Ctrl+C end it: what was asked before is done, operations that
wait stay on disk, the exit code is 0.

Lines in, each an object with `do`; any may have a `tag`, which comes back in what answers it (what
else a till records: `headless_till.py`; with parked tickets: `headless_parked.py`; about customers:
`headless_customers.py`):

    {"do":"sell","lines":[{"code":"3257980128340","quantity_milli":1000}],"payment":"card"}
        → sold, later reply. An article is named by `code` or, by its id, `article`;
          `payment` is a method that pays all ("card", "cash", "cheque", "meal_voucher",
          "voucher"), {"cash_given_cents":5000}, or a list of several:
          [{"method":"voucher","given_cents":900},{"method":"card"}]; with a `note`, also under a
          line, and a `customer` by id
    {"do":"receive","lines":[{"code":"…","quantity_milli":24000}],"note":""}   → received, reply
    {"do":"send","kind":"price.set","args":{…}}                                → queued, reply
    {"do":"state"}                                                             → state
    {"do":"undelivered","limit":100}                                           → undelivered
    {"do":"digests"}                                                           → digests
    {"do":"rows","topic":"stock"}                                              → rows
    {"do":"stock","code":"…"}  or  {"do":"stock","article":"…"}                → stock
    {"do":"wait","link":"online","waiting":0,"timeout_s":30}                   → ready or timeout
        `link` is "offline", "catching_up" or "online", `waiting` the most operations that may wait;
        each may be left out; later lines are taken when it is over
    {"do":"follow","topics":["stock"]}                                         → following
        whose changes to give: a list, true for all (as at the start), false for none
    {"do":"login","person":"Amélie","pin":"…"}                                 → pin
        by id or name; later lines are taken when it is over; so with the next two
    {"do":"override","kind":"price.set","person":"Chantal","pin":"…"}          → pin
    {"do":"set_pin","person":"Amélie","pin":"…"}                               → pin
    {"do":"logout"}  and  {"do":"lock"}                                        → who
    {"do":"held"}  and  {"do":"drop","id":"…"}                                 → held
    {"do":"quit"}

Lines out, each an object with `event`:

    {"event":"ready","device":{…},"topics":[…],"epoch":"…"}   the first line of all
    {"event":"ready","state":{…}}                  a `wait` is over
    {"event":"sold","ticket":{…},"n":7}            the ticket and its operation's number: on disk
    {"event":"received","receipt":{…},"n":8}       {"event":"queued","n":9}
    {"event":"reply","n":7,"status":"accepted","gseq":12,"code":"","params":{},"flags":[],
     "topics":{"stock":5}}
        `topics`: the tseq from which on the topic holds the effect
    {"event":"state","state":{"device":{…},"link":"online","since_ms":…,"waiting":0,"quarantined":0,
        "synced_ms":…,"clock_diff_ms":…,"problem":null,"hub_trouble":null,"revoked":null,
        "who":{…},
        "attempt":null,"held":0}}
        when asked, and whenever it changes; `hub_trouble`: why the hub takes no operation now;
        `revoked`: that this post was taken out of the shop (`at_ms`, `by`)
    {"event":"pin","act":"login","person":"…","taken":false,
     "problem":{"code":"wrong_pin","params":{…}},"retry_at_ms":0}
    {"event":"who","who":{"at":"locked","person":"…","name":"Amélie","role":"cashier",…}}
    {"event":"held","requests":[{"id":"…","kind":"price.set","args":{…},"person":"…",…}]}
    {"event":"undelivered","operations":[{"n":7,"kind":"sale.record","made_ms":…,
        "reference":"01-ABCD-12","total_cents":690,"problem":null}]}
        `problem`: why the hub keeps it apart (`code`, `params`); null while it waits
    {"event":"change","topic":"stock","key":"…","row":{…},"tseq":6,"received_ns":…}
        one row that changed, null where it went; `received_ns`: CLOCK_MONOTONIC at which it was on
        this post's disk
    {"event":"replaced","topic":"stock","tseq":6,"rows":20000}   the topic was taken as a whole
    {"event":"digests","epoch":"…","topics":{"stock":{"tseq":6,"digest":"…"}}}
    {"event":"rows","topic":"stock","tseq":6,"rows":[{…},…]}
    {"event":"stock","article":"…","quantity_milli":9000,"pending":false}
    {"event":"following","topics":["stock"]}
    {"event":"timeout","state":{…}}                after a `wait` in vain
    {"event":"notice","code":"…","text":"…","hint":"…"}   found wrong and put right
    {"event":"error","code":"…","text":"…","hint":"…"}    nothing was done for the line of that tag
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import orjson

from common import messages as m
from common.errors import Problem, Refusal
from common.i18n import Translator
from common.rules import total_cents
from common.wire import digest_hex
from kiosk import headless_lines as lines
from kiosk.arrivals import Batch
from kiosk.headless_customers import CustomerLines
from kiosk.headless_goods import article_of, payments, sold_line, taken_line
from kiosk.headless_parked import ParkedLines
from kiosk.headless_people import PeopleLines
from kiosk.headless_till import TillLines
from kiosk.news import Folded, Left
from kiosk.session import Session
from kiosk.state import LinkStatus, SessionState


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A `wait` that is not over yet."""

    line: lines.Wait
    deadline_s: float


class Headless:
    """One session behind a pair of streams. `write` takes whole lines; used by one thread."""

    def __init__(self, session: Session, write: Callable[[bytes], None], t: Translator) -> None:
        self._session = session
        self._write = write
        self._t = t
        self._followed = frozenset(session.topics)
        self._tags: dict[tuple[str, int], Any] = {}
        self._waiting: _Waiting | None = None
        self._later: deque[bytes] = deque()
        self._out: list[bytes] = []
        self.over = False
        self._people = PeopleLines(session, self._say)
        self._parked = ParkedLines(session, self._say, self._done, self._error)
        self._handlers: Mapping[type[Any], Callable[[Any], None]] = {
            lines.Sell: self._sell,
            lines.Receive: self._receive,
            lines.Send: self._send,
            lines.State: self._state,
            lines.Undelivered: self._undelivered,
            lines.Digests: self._digests,
            lines.Rows: self._rows,
            lines.Stock: self._stock,
            lines.Wait: self._wait,
            lines.Follow: self._follow,
            lines.Quit: self._quit,
            **self._people.handlers,
            **TillLines(session, self._say, self._done).handlers,
            **CustomerLines(session, self._say, self._done).handlers,
            **self._parked.handlers,
        }
        session.on_batch = self._batch
        self._say("ready", device=session.state.device, topics=session.topics, epoch=session.epoch)
        self.turn()

    @property
    def idle(self) -> bool:
        """Return whether every line was taken and none is waited for."""
        return not self._held_up and not self._later

    @property
    def _held_up(self) -> bool:
        return self._waiting is not None or self._people.waiting

    def timeout_s(self) -> float | None:
        """Return after how many seconds `turn` has something to do, None for never."""
        due = [self._session.due_in_s]
        if self._waiting is not None:
            due.append(max(0.0, self._waiting.deadline_s - monotonic()))
        return min((each for each in due if each is not None), default=None)

    def line(self, text: bytes) -> None:
        """Take one line, or keep it until a `wait` is over, or a PIN was looked at."""
        self._session.people.touch()
        self._later.append(text)
        self.turn()

    def turn(self) -> None:
        """Say what is new, and go on with lines that had to wait."""
        self._poll()
        while self._later and not self._held_up and not self.over:
            self._do(self._later.popleft())
            self._poll()
        self._flush()

    # Lines.

    def _do(self, text: bytes) -> None:
        if not text.strip():
            return
        tag = None
        try:
            line = lines.read_line(text)
            tag = line.tag
            self._handlers[type(line)](line)
        except Refusal as refusal:
            tag = tag if tag is not None else lines.tag_of(text)
            self._error(tag, refusal.problem)

    def _sell(self, line: lines.Sell) -> None:
        sold = [sold_line(self._session.catalogue, goods) for goods in line.lines]
        shop = self._session.catalogue.shop
        step_cents = 0 if shop is None else shop.cash_step_cents
        paid = payments(line.payment, total_cents(sold), step_cents)
        ticket = self._session.sell(sold, paid, line.customer, line.note)
        self._done("sold", line.tag, ticket=ticket)

    def _receive(self, line: lines.Receive) -> None:
        taken = [taken_line(self._session.catalogue, goods) for goods in line.lines]
        receipt = self._session.receive(taken, line.note)
        self._done("received", line.tag, receipt=receipt)

    def _send(self, line: lines.Send) -> None:
        self._session.send(line.kind, line.args)
        self._done("queued", line.tag)

    def _state(self, line: lines.State) -> None:
        self._say("state", line.tag, state=_plain(self._session.state))

    def _undelivered(self, line: lines.Undelivered) -> None:
        listed = self._session.undelivered(line.limit)
        self._say("undelivered", line.tag, operations=listed)

    def _digests(self, line: lines.Digests) -> None:
        stands = {topic: self._session.stand(topic) for topic in self._session.topics}
        topics = {
            topic: {"tseq": stand.tseq, "digest": digest_hex(stand.digest)}
            for topic, stand in stands.items()
        }
        self._say("digests", line.tag, epoch=self._session.epoch, topics=topics)

    def _rows(self, line: lines.Rows) -> None:
        self._known((line.topic,))
        read = self._session.read(line.topic)
        rows = [orjson.Fragment(row) for _, row in read.rows]
        self._say("rows", line.tag, topic=line.topic, tseq=read.tseq, rows=rows)

    def _stock(self, line: lines.Stock) -> None:
        catalogue = self._session.catalogue
        article = article_of(catalogue, line)
        self._say(
            "stock",
            line.tag,
            article=article.id,
            quantity_milli=catalogue.stock_milli(article.id),
            pending=catalogue.is_pending(article.id),
        )

    def _wait(self, line: lines.Wait) -> None:
        known = [status.value for status in LinkStatus]
        if line.link is not None and line.link not in known:
            raise Refusal("bad_line", reason=f"link is one of {', '.join(known)}")
        self._waiting = _Waiting(line, monotonic() + line.timeout_s)
        self._look_at_wait()

    def _follow(self, line: lines.Follow) -> None:
        topics = line.topics
        if isinstance(topics, bool):
            topics = list(self._session.topics) if topics else []
        self._known(topics)
        self._followed = frozenset(topics)
        self._say("following", line.tag, topics=sorted(topics))

    def _quit(self, _: lines.Quit) -> None:
        self.over = True

    # What comes back.

    def _poll(self) -> None:
        update = self._session.poll()
        for reply in update.replies:
            self._reply(reply)
        for problem in self._session.take_notices():
            self._say("notice", **self._words(problem))
        if update.state_changed:
            self._say("state", state=_plain(self._session.state))
        self._people.look()
        self._parked.look()
        self._look_at_wait()

    def _batch(self, batch: Batch) -> None:
        for news in batch.news:
            if news.topic not in self._followed or isinstance(news, Left):
                continue  # What is left is replaced before anything else is said of it.
            if not isinstance(news, Folded):
                rows = self._session.count(news.topic)
                self._say("replaced", topic=news.topic, tseq=news.tseq, rows=rows)
                continue
            first = news.tseq - len(news.changes) + 1
            for tseq, change in enumerate(news.changes, start=first):
                row = None if change.row is None else orjson.Fragment(change.row)
                self._say(
                    "change",
                    topic=news.topic,
                    key=change.key,
                    row=row,
                    tseq=tseq,
                    received_ns=batch.committed_ns,
                )

    def _reply(self, reply: m.Reply) -> None:
        tag = self._tags.pop((reply.outbox, reply.n), None)
        said = orjson.loads(orjson.dumps(reply))
        said.pop("outbox")
        self._say("reply", tag, **said)

    def _look_at_wait(self) -> None:
        waiting = self._waiting
        if waiting is None:
            return
        line, state = waiting.line, self._session.state
        linked = line.link is None or state.link.value == line.link
        if linked and (line.waiting is None or state.waiting <= line.waiting):
            self._waiting = None
            self._say("ready", line.tag, state=_plain(state))
        elif monotonic() >= waiting.deadline_s:
            self._waiting = None
            self._say("timeout", line.tag, state=_plain(state))

    def _done(self, event: str, tag: Any, **fields: Any) -> None:
        if tag is not None:
            self._tags[self._session.outbox, self._session.last_n] = tag
        self._say(event, tag, n=self._session.last_n, **fields)

    def _say(self, event: str, tag: Any = None, **fields: Any) -> None:
        head = {"event": event} if tag is None else {"event": event, "tag": tag}
        self._out.append(orjson.dumps({**head, **fields}, option=orjson.OPT_APPEND_NEWLINE))

    def _flush(self) -> None:
        if self._out:
            whole, self._out = b"".join(self._out), []
            self._write(whole)

    # Inside.

    def _known(self, topics: Iterable[str]) -> None:
        for topic in topics:
            if topic not in self._session.topics:
                profile = self._session.state.device.profile
                raise Refusal("unknown_topic", topic=topic, profile=profile)

    def _error(self, tag: Any, problem: Problem) -> None:
        self._say("error", tag, **self._words(problem))

    def _words(self, problem: Problem) -> dict[str, str]:
        text, hint = problem.words(self._t)
        return {"code": problem.code, "text": text, "hint": hint}


def _plain(state: SessionState) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(state))
    return plain
