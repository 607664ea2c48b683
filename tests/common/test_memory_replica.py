"""The twin that other tests stand on keeps the contract itself."""

import pytest

from tests.common.memory_replica import MemoryReplica
from tests.common.replica_contract import OUTBOX, ReplicaContract


class TestMemoryReplica(ReplicaContract):
    @pytest.fixture
    def replica(self) -> MemoryReplica:
        return MemoryReplica(OUTBOX)

    def rows(self, replica: MemoryReplica, topic: str) -> dict[str, bytes]:
        return replica.rows(topic)
