"""Safeguards of what follows: a post's copies of the topics, and the copies made of the hub.

One half of the table; the other is `guards.py`.
"""

from typing import Final

from tests.sim.guard import Edit, Safeguard

_FOLLOWER: Final = "common/follower.py"
_REPLICA: Final = "kiosk/replica.py"
_SNAPSHOT_DIGEST: Final = Edit(
    _REPLICA,
    "            if digest_hex(staged) != digest or stand.staging is None:\n",
    "            if stand.staging is None:\n",
)

_FOLLOWING: Final = (
    Safeguard(
        "gap check",
        "changes are not folded while some before them are missing",
        (
            Edit(
                _FOLLOWER,
                "        elif first > tseq + 1:\n            return False\n",
                "        elif first > tseq + 1:\n"
                "            self._replica.apply(changes.topic, first, changes.changes)\n",
            ),
            Edit(
                _REPLICA,
                "            if first_tseq != stand.tseq + 1:\n",
                "            if first_tseq < stand.tseq + 1:\n",
            ),
            Edit(
                _REPLICA,
                "            stand.tseq += len(changes)\n",
                "            stand.tseq = first_tseq + len(changes) - 1\n",
            ),
        ),
    ),
    Safeguard(
        "epoch check",
        "a newer epoch is not followed as if it were the same history",
        (
            Edit(
                _FOLLOWER,
                "            return [self._ask_snapshot(topic) for topic in self._topics"
                " if topic in self._offered]\n",
                "",
            ),
            Edit(_REPLICA, "            stand.tseq, stand.digest, stand.stale = 0, 0, True\n", ""),
        ),
    ),
    Safeguard(
        "digest of the heartbeat",
        "a replica that differs in silence is replaced",
        (
            Edit(
                _FOLLOWER,
                "        return digest_hex(self._replica.digest(name)) != pulse.digest\n",
                "        return False\n",
            ),
        ),
    ),
    Safeguard(
        "digest at the opening",
        "rows that changed on disk are not shown",
        (
            Edit(
                "kiosk/replica_file.py",
                "        return self.stale or digest_of(self.rows) == self.digest\n",
                "        return True\n",
            ),
        ),
    ),
    Safeguard(
        "digest of a snapshot",
        "a snapshot with other rows than the hub's does not take the rows' place",
        (_SNAPSHOT_DIGEST,),
    ),
    Safeguard(
        "a snapshot is whole",
        "one of which something was lost does not take the rows' place: counted, and by digest",
        (
            _SNAPSHOT_DIGEST,
            Edit(
                _FOLLOWER,
                "        whole = topic.received_rows == begun.rows == end.rows\n",
                "        whole = True\n",
            ),
        ),
    ),
    Safeguard(
        "topics by profile",
        "a post is sent its profile's topics only",
        (
            Edit(
                "hub/hub.py",
                "            if changes.topic in TOPICS_OF[profile]\n",
                "            if changes.topic in TOPICS_OF[Profile.OFFICE]\n",
            ),
        ),
    ),
    Safeguard(
        "topics asked for",
        "a post that asks for another profile's topic is refused",
        (
            Edit(
                "hub/sync.py",
                "    if topic not in TOPICS_OF[device.profile]:\n",
                "    if topic not in TOPICS_OF[Profile.OFFICE]:\n",
            ),
        ),
    ),
)

_KEPT: Final = (
    Safeguard(
        "given back after a restore",
        "a hub from a backup gets again what it had acknowledged since",
        (
            Edit(
                "common/outgoing.py",
                "        return last_n + 1 if unanswered < self._last - last_n else None\n",
                "        return None\n",
            ),
        ),
    ),
    Safeguard(
        "two backups",
        "a post lets go of what two backups hold, not one",
        (Edit("hub/backup_cover.py", "COPIES: Final = 2\n", "COPIES: Final = 1\n"),),
    ),
    Safeguard(
        "the audit",
        "damage that SQLite does not see is found before the hub goes on",
        (
            Edit(
                "hub/audit.py",
                "        return list(audit(db))\n    if not OLDEST",
                "        return []\n    if not OLDEST",
            ),
        ),
    ),
    Safeguard(
        "revoked is unheard",
        "what a revoked post says on an open connection is not taken",
        (Edit("hub/admission.py", "        self._doors.dismiss(device_id)\n", ""),),
    ),
)

OF_COPIES: Final = (*_FOLLOWING, *_KEPT)
