"""What the screens see of the replica, kept in step with it batch by batch.

Owns the fold of the link's news into the catalogue, and of pending operations over it; the topics
and keys whose view changed are handed out once. Reads the replica's file where a topic was taken as
a whole, and never writes. The screens' thread alone.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from common.errors import Refusal
from kiosk.arrivals import Batch
from kiosk.catalogue import Catalogue
from kiosk.database import FAULTS
from kiosk.news import Folded, Left, Swapped
from kiosk.outbox import Kept
from kiosk.pending import EFFECTS, Pending
from kiosk.replica_file import Topic
from kiosk.stores import Stores

_log = logging.getLogger(__name__)
_NONE_REPLIED: Final = 2**62


class Mirror:
    """`catalogue` is what the screens ask. `stores` are open, their topics not read yet."""

    def __init__(self, topics: tuple[str, ...], stores: Stores) -> None:
        self.catalogue = Catalogue()
        self._topics = topics
        self._stores = stores
        self._pending = Pending(topics)
        self._outbox = stores.outbox.id
        self._folded_to: dict[str, int] = {}
        self._touched: defaultdict[str, set[str]] = defaultdict(set)
        self._replaced: set[str] = set()
        self._unread: set[str] = set()
        self._met: set[str] = set()
        self._uncounted = False
        self._fill(stores.topics)
        stores.topics = {}
        self._restart_pending()
        self._lay_pending()

    def take(self, batch: Batch) -> None:
        """Fold in what the link left."""
        self._heed_outbox()
        if batch.rebuilt:
            self._stores.reopen_reader()
            self._read_anew(self._topics)
        for news in batch.news:
            if isinstance(news, Swapped):
                self._read_anew((news.topic,))
            elif isinstance(news, Left):
                self._folded_to[news.topic] = 0
                self._pending.stand(news.topic, 0, news.last_n)
            else:
                self._fold(news)
        late = bool(self._unread)
        if late:
            self._read_anew(tuple(self._unread))
        swapped = late or any(isinstance(news, Swapped) for news in batch.news)
        if batch.renumbered or swapped or self._uncounted:
            # A snapshot may be older than what the hub has acknowledged to this post meanwhile.
            self._restart_pending()
        for reply in batch.replies:
            self._pending.reply(reply)

    def advance(self, hub_ms: int) -> None:
        """It is so late at the hub: prices whose moment has come hold from now on."""
        for article_id in self.catalogue.prices.advance(hub_ms):
            self._touched["articles"].add(article_id)

    def add(self, operation: Kept) -> None:
        """Show the effect of an operation that is on disk."""
        self._heed_outbox()
        self._pending.add(operation)
        self._lay_pending()

    def take_changes(self) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
        """Return the keys whose view changed by topic, and the topics that changed as a whole."""
        self._lay_pending()
        touched = {topic: frozenset(keys) for topic, keys in self._touched.items()}
        replaced = frozenset(self._replaced)
        self._touched.clear()
        self._replaced.clear()
        return touched, replaced

    # Inside.

    def _heed_outbox(self) -> None:
        """Forget what topics hold of an outbox that is another now: its numbers begin anew."""
        if self._stores.outbox.id != self._outbox:
            self._outbox = self._stores.outbox.id
            self._pending.other_numbers()
            self._restart_pending()

    def _fold(self, news: Folded) -> None:
        topic = news.topic
        self._met.add(topic)
        folded_to = self._folded_to.get(topic, 0)
        if news.tseq < folded_to:
            return  # It was read from disk, with what came after it, when the topic was swapped.
        if news.tseq > folded_to:
            self._folded_to[topic] = news.tseq
            for key, row, _, _ in news.changes:
                self._fold_row(topic, key, row)
        self._pending.stand(topic, news.tseq, news.last_n)

    def _fold_row(self, topic: str, key: str, row: bytes | None) -> None:
        self._touched[topic].add(key)
        if row is None:
            self.catalogue.drop(topic, key)
            return
        try:
            self.catalogue.put(topic, key, row)
        except ValueError:
            # A newer hub's shape: the replica keeps the bytes, the screens the row they know.
            _log.warning("row %s of %s cannot be shown", key, topic, exc_info=True)

    def _read_anew(self, topics: Iterable[str]) -> None:
        try:
            self._fill({topic: self._stores.reader.read(topic) for topic in topics})
        except FAULTS:
            # The link writes the same file, and says what is wrong with it.
            _log.exception("the replica cannot be read; the screens keep what they have")
            self._unread.update(topics)
        else:
            self._unread.difference_update(topics)

    def _fill(self, topics: Mapping[str, Topic]) -> None:
        """Show these topics as they were read; pending operations are settled by them."""
        for topic, read in topics.items():
            try:
                self.catalogue.replace(topic, read.rows)
            except ValueError:
                # One that is none of this kind must not hide all the others.
                self.catalogue.replace(topic, ())
                for key, row in read.rows:
                    self._fold_row(topic, key, row)
            self._folded_to[topic] = read.tseq
            if read.stale and not read.last_n:
                self._met.discard(topic)
            else:
                self._met.add(topic)
            self._pending.stand(topic, read.tseq, read.last_n)
            self._replaced.add(topic)

    def _restart_pending(self) -> None:
        """Count anew the operations that may still be pending.

        One that was replied to counts only where its topic has rows: on a copy of nothing the whole
        past would seem to be on its way. Rows of an older epoch say by `last_n` what they hold.
        """
        shown = {topic for effects in EFFECTS.values() for topic in effects} & set(self._topics)
        # By what the screens have folded: the disk may be ahead of them.
        met = shown & self._met
        after_n = min(map(self._pending.last_n, met), default=_NONE_REPLIED)
        try:
            kept = self._stores.outbox.kept(after_n)
        except (*FAULTS, Refusal):
            _log.exception("what is on its way cannot be read; it is tried again")
            self._uncounted = True
            return
        self._uncounted = False
        self._pending.restart(kept, unmet=shown - met)

    def _lay_pending(self) -> None:
        view = self._pending.take_view()
        if view is not None:
            changed = self.catalogue.set_pending(
                view.stock, view.tickets, view.receipts, view.refunds
            )
            for topic, key in changed:
                self._touched[topic].add(key)
            for key in self.catalogue.parked.set_pending(view.parked, view.unparked):
                self._touched["parked"].add(key)
            for key in self.catalogue.customers.set_pending(view.customers):
                self._touched["customers"].add(key)
            for key in self.catalogue.set_new_articles(view.articles):
                self._touched["articles"].add(key)
