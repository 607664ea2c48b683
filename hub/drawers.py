"""How each till's drawer stands: the cash session that is open there, and the last Z.

Made of what the walk behind the commits has counted by now, so that it costs no sale anything, and
of two records of each till. Owns what is told of them; what an amount means is the report's.
"""

from typing import Any

from common.journal.chain import TillChain
from common.journal.contents import read_data
from common.journal.kinds import RecordType
from common.journal.record import Record, read_record
from common.journal.report import ReportData
from common.journal.standing import Standing
from common.journal.till_sums import TillSums
from common.topics import Profile
from hub.records import devices
from hub.records import journal as rows
from hub.records.devices import ACTIVE
from hub.store import Connection

CHAINS_MOST = 20
"""So many chains of a till are looked through, the newest first."""


def drawers(db: Connection, standing: Standing) -> list[dict[str, Any]]:
    """Return one drawer a till that is not revoked, by the tills' numbers, as plain data.

    `session`: None where none is open; its `expected_cents` is None where what came before is not
    all here. `last_z`: None where there is none.
    """
    tills = [
        each
        for each in devices.devices(db)
        if each.profile is Profile.TILL and each.state == ACTIVE
    ]
    chains = _chains(standing)
    return [
        {
            "device": till.id,
            "number": till.number,
            "name": till.name,
            "session": _session(db, standing, chains.get(till.id, [])),
            "last_z": _last_z(db, chains.get(till.id, [])),
        }
        for till in tills
    ]


def _chains(standing: Standing) -> dict[str, list[TillChain]]:
    """Return each till's chains, the newest first, without those of exercises."""
    found: dict[str, list[TillChain]] = {}
    for chain in standing.chains.values():
        if RecordType.TRAINING.value not in chain.head.counts:
            found.setdefault(chain.device, []).insert(0, chain)
    return found


def _session(db: Connection, standing: Standing, chains: list[TillChain]) -> dict[str, Any] | None:
    sums = standing.sums.get(chains[0].head.chain) if chains else None
    if sums is None or not sums.tally.session.opened:
        return None
    session = sums.tally.session
    told: dict[str, Any] = {
        "float_cents": session.float_cents,
        "tickets": session.tickets.tickets,
        "expected_cents": session.expected_cents if _all_here(chains[0], sums) else None,
    }
    opened = _newest(db, chains, RecordType.SESSION_OPENED)
    return told if opened is None else told | _made(opened)


def _all_here(chain: TillChain, sums: TillSums) -> bool:
    first = sums.tally.first_seq
    missing = any(gap >= first for gap in chain.gaps)
    return not missing and sums.unsure_seq < first and not sums.tally.lacks


def _last_z(db: Connection, chains: list[TillChain]) -> dict[str, Any] | None:
    record = _newest(db, chains, RecordType.Z)
    if record is None:
        return None
    data: ReportData = read_data(record.type, record.data)
    return _made(record) | {
        "net_cents": data.sums.tickets.net_cents,
        "tickets": data.sums.tickets.tickets,
        "counted_cents": data.counted_cents,
        "difference_cents": data.difference_cents,
    }


def _newest(db: Connection, chains: list[TillChain], kind: RecordType) -> Record | None:
    """Return a till's newest record of a type; None where there is none that can be read."""
    for chain in chains[:CHAINS_MOST]:
        body = rows.newest_of(db, chain.head.chain, kind.value)
        if body is not None:
            try:
                return read_record(body.decode(), strict=False)
            except ValueError:
                return None  # That it cannot be read, verifying says.
    return None


def _made(record: Record) -> dict[str, Any]:
    """Return when, by the hub's clock as far as the till knew it, and by whom."""
    return {
        "at_ms": record.at_ms + record.clock_diff_ms,
        "utc_offset_min": record.utc_offset_min,
        "operator": record.operator,
    }
