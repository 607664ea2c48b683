"""The kiosk's replica on disk does what the follower expects of any replica."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.replica import Replica
from kiosk.replica_file import Reader
from tests.common.replica_contract import OUTBOX, ReplicaContract
from tests.kiosk.post import BOX


class TestKioskReplica(ReplicaContract):
    """Read back on a second connection: what counts is what is committed."""

    @pytest.fixture
    def replica(self, tmp_path: Path) -> Iterator[Replica]:
        replica = Replica(tmp_path / "replica.db", OUTBOX, BOX)
        yield replica
        replica.close()

    def rows(self, replica: Replica, topic: str) -> dict[str, bytes]:
        reader = Reader(replica.path, BOX)
        try:
            return dict(reader.read(topic).rows)
        finally:
            reader.close()
