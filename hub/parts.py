"""The hub's parts, made and joined over one database, without a socket, a thread or a file of keys.

Owns which part is handed which. `service.py` serves them over sockets; a simulation moves frames
between them by hand. Clocks, randomness and the reading of snapshots are handed in.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common import seal
from common.commands import COMMANDS, CommandKind
from common.ids import IdMint
from common.models import Shop
from common.topics import Profile
from hub import queries
from hub.admission import Admission
from hub.alerts import AlertBook
from hub.backup_cover import Covers
from hub.budgets import Budgets
from hub.changes import OWN, ChangeLogBook
from hub.closings import Closings
from hub.collecting import Collecting
from hub.commands import HANDLERS, Handler
from hub.config import NetworkSettings, Settings
from hub.doors import Doors
from hub.hub import Counters, Desks, Hub
from hub.journal import JournalBook
from hub.journal_check import JournalCheck
from hub.journal_keys import sealing
from hub.key_files import Keys
from hub.keyring import KeyRing
from hub.login_outcomes import Outcomes
from hub.logins import LoginDesk
from hub.pairing import PairingDesk
from hub.pins import PinJob, nobody_checks
from hub.pipeline import Pipeline
from hub.records import devices
from hub.register import Register
from hub.space import Space, free_bytes
from hub.store import Store
from hub.sync import SyncDesk
from hub.upkeep import Upkeep
from hub.watch import Watch
from hub.witnesses import Witnesses

HOUR_MS: Final = 3_600_000


def local_offset_min(at_ms: int) -> int:
    """Return the minutes that this computer's time is ahead of UTC at a moment."""
    return time.localtime(at_ms // 1000).tm_gmtoff // 60


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a hub is told from outside. `now_ms`: the wall clock; `clock`: monotonic seconds;
    `request_snapshot`: have a topic read, and handed to `SyncDesk.snapshot_read`; `free_bytes`:
    the room left on a folder's disk; `check_pin`: have it checked, and handed to `Hub.pin_checked`;
    `offset_min`: the minutes that local time is ahead of UTC at a moment, ms.
    """

    now_ms: Callable[[], int]
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    request_snapshot: Callable[[str], None]
    free_bytes: Callable[[Path], int] = free_bytes
    check_pin: Callable[[PinJob], None] = nobody_checks
    offset_min: Callable[[int], int] = local_offset_min


@dataclass(frozen=True, slots=True)
class Parts:
    """What a shell drives, and what it may look at."""

    hub: Hub
    doors: Doors
    pairing: PairingDesk
    sync: SyncDesk
    log: ChangeLogBook
    pipeline: Pipeline
    admission: Admission
    ring: KeyRing
    closings: Closings
    journal: JournalBook


def make_parts(
    store: Store,
    keys: Keys,
    settings: Settings,
    around: Surroundings,
    kinds: Mapping[str, CommandKind] = COMMANDS,
    handlers: Mapping[str, Handler] = HANDLERS,
    keep_curve: Callable[[seal.CurveKeys, int], None] = lambda _curve, _since_ms: None,
) -> Parts:
    """Make every part over an open database; publishes the shop where the settings changed it.

    `kinds`, `handlers`: what an older hub could do, or a newer one can. `keep_curve`: write a new
    CURVE pair, and when it was made, to where `keys` came from.
    """
    mint = IdMint(around.now_ms, around.random_bytes)
    log = ChangeLogBook(store)
    publish_shop(store, log, settings)
    journal = JournalBook(store, sealing(keys, settings), around.now_ms)
    pipeline = Pipeline(store, log, journal, around.now_ms, mint, kinds, handlers)
    register = Register(store, journal)
    doors = Doors(devices.devices(store.db))
    ring = KeyRing(keys, settings, lambda: log.epoch, around.now_ms, keep_curve)
    pairing = PairingDesk(
        ring, register.next_number, register.enrol, mint, around.now_ms, around.clock
    )
    ports = broadcast_ports(settings.network)
    alerts = AlertBook(store, log, mint, around.now_ms)
    witnesses = Witnesses(store, journal, alerts, around.now_ms)
    sync = SyncDesk(
        log,
        pipeline,
        around.request_snapshot,
        ports,
        around.now_ms,
        around.clock,
        Covers(store),
        witnesses,
    )
    watch = Watch(store, alerts, settings.watch.silent_s, around.now_ms, around.clock)
    space = Space(
        store.path.parent, settings.keep.min_free_mb, around.free_bytes, alerts, around.clock
    )
    check = JournalCheck(store, journal, alerts, around.now_ms)
    clock = around.now_ms, around.offset_min
    closings = Closings(store, journal, check, alerts, watch, settings.closing, clock)
    counters = Counters()
    admission = Admission(register, doors, watch, ring, journal.sign_keys, around.now_ms)
    collecting = Collecting(register, pipeline, journal.sign_keys, around.now_ms)
    query_desk = queries.Desk(
        store,
        log,
        pairing,
        watch,
        space,
        counters.as_dict,
        around.now_ms,
        around.now_ms(),
        settings.shop.name,
        keys.identity.public.hex(),
        admission,
        collecting,
        closings,
        check,
    )
    upkeep = Upkeep(store, log, settings.keep, around.now_ms, settings.people)
    session_ms = settings.people.session_h * HOUR_MS
    outcomes = Outcomes(store, log, journal, around.random_bytes, mint, around.now_ms, session_ms)
    logins = LoginDesk(store.db, around.check_pin, outcomes, around.now_ms)
    desks = Desks(
        log,
        pipeline,
        sync,
        pairing,
        doors,
        query_desk,
        upkeep,
        ring.card,
        watch,
        space,
        admission,
        collecting,
        check,
        closings,
        witnesses,
        logins,
        Budgets(alerts, around.clock),
        around.clock,
    )
    hub = Hub(desks, counters, around.now_ms)
    return Parts(hub, doors, pairing, sync, log, pipeline, admission, ring, closings, journal)


def broadcast_ports(network: NetworkSettings) -> dict[Profile, int]:
    """Return the broadcast port of each kiosk profile."""
    return {
        Profile.TILL: network.till_port,
        Profile.DEPOT: network.depot_port,
        Profile.OFFICE: network.office_port,
    }


def publish_shop(store: Store, log: ChangeLogBook, settings: Settings) -> None:
    """Publish the shop's row where the settings changed it."""
    shop = settings.shop
    row = Shop(
        "shop",
        shop.name,
        shop.siret,
        shop.vat_number,
        shop.address,
        lock_after_s=settings.people.lock_after_s,
        price_labels=shop.price_labels,
        weight_labels=shop.weight_labels,
        methods=shop.methods,
        cash_step_cents=shop.cash_step_cents,
        session_required=shop.cash_session == "required",
        blind_count=shop.blind_count,
    )
    draft = log.draft()
    draft.put("shop", row, OWN)
    if draft.changes:
        with store.group():
            draft.write(log.gseq + 1)
        log.committed(draft, log.gseq + 1)
