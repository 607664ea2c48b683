"""Whoever looks after a simulated shop: backups, restoring one, the check, revoking and new keys.

Owns what is done by hand in a real shop, with the commands that the command line uses. What a
restore is allowed to lose is written down here, deed by deed.
"""

from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from common.errors import Refusal
from hub import backup_restore
from hub.audit import audit_file
from hub.backup import BackupFile, back_up, record_of
from hub.folder import Folder
from hub.hub import Hub
from hub.records.devices import ACTIVE
from hub.store import FAULTS, StoreError
from tests.sim.history import History, Told
from tests.sim.hub import SimHub, labels
from tests.sim.post import SimPost
from tests.sim.releases import NEWER_KINDS
from tests.sim.world import World

COVERING: Final = 2
"""Posts keep what fewer backups hold: from one of the newest so many nothing may be missing."""
IN_DOUBT: Final = 2**62
"""So many operations of a post may have been taken where it may be in again."""


class Admin:
    """One pair of hands. `backups`: oldest first."""

    def __init__(self, world: World, history: History, hub: SimHub) -> None:
        self.world = world
        self.history = history
        self.hub = hub
        self.folder = Folder(hub.folder)
        self.posts: list[SimPost] = []
        self.outbox_lost: set[int] = set()
        self.backups: list[BackupFile] = []
        self.revoked: dict[int, int] = {}
        self.old_backup_used = False
        hub.on_refused = lambda: self.restore(self._newest(), Random(world.seed))

    # Backups.

    def back_up(self) -> None:
        """Make a backup, and tell the hub of it."""
        try:
            made = back_up(self.folder, None, self.hub.clock.wall_ms())
        except Refusal as refusal:
            self.world.trace.note("admin", "no backup: %s", refusal)
            if self.hub.machine.frozen:
                self.hub.crash("while it is backed up")
            return
        if self.hub.machine.frozen:
            self.hub.crash("while it is backed up")
            return
        self.backups.append(made)
        self.world.trace.note("admin", "backup %s, gseq %d", made.path.name, made.gseq)
        if self.hub.up:
            kind, args = record_of(made, f"{len(self.backups):032x}")
            self.hub.console(kind, args)

    def _newest(self) -> Path:
        return self.backups[-1].path

    def choose(self, rng: Random) -> Path:
        """Return a backup to restore: most often one of the two newest."""
        newest = list(reversed(self.backups))
        place = rng.choices((0, 1, 2), (5, 3, 2))[0]
        return newest[min(place, len(newest) - 1)].path

    def restore(self, file: Path, rng: Random) -> None:
        """Put a backup back, perhaps with power failing at a step, and start the hub on it."""
        if self.hub.up:
            self.hub.crash("to be restored", again=False)
        hub = self.hub
        hub.life += 1  # Whatever was to start it is off: a hand is on it now.
        hub.machine.heal()
        hub.machine.full(False)
        hub.machine.die_at("any", 0)
        hub.free_bytes = 2**40
        self.world.trace.note("admin", "restores %s", file.name)
        stop_after = rng.choice((9, 9, 9, 0, 1, 2))
        steps = 0
        for _ in range(2):
            try:
                for _step in backup_restore.restore(
                    self.folder, file, hub.clock.wall_ms(), hub.new_epoch
                ):
                    steps += 1
                    if steps > stop_after:
                        stop_after = 9
                        self.world.trace.note("admin", "is interrupted after step %d", steps)
                        self.world.harm["restore interrupted"] += 1
                        break
                else:
                    break
            except StoreError as error:
                raise self.world.broken(f"{file.name} cannot be restored: {error}") from error
        newest = [backup.path for backup in self.backups[-COVERING:]]
        self._excuse(old=file not in newest)
        self.hub.damaged = None
        # The copy knows neither who was revoked since nor whose key was changed.
        self.revoked.clear()
        hub._after(0.2, self._boot_restored)

    def _boot_restored(self) -> None:
        self.hub.boot()
        self.agree()

    def agree(self) -> None:
        """Let the hub know every post by its key and as it should be, where it does not.

        A change that failed may have come true all the same, and a restored copy knows none.
        """
        if not self.hub.up:
            self.world.agenda.after(0.5, self.agree)
            return
        known = {device.id: device for device in self.hub.known()}
        for post in self.posts:
            device = known[post.enrolled().id]
            if device.curve_key != post.key:
                rekey = partial(Hub.rekey, device_id=device.id, curve_key=post.key)
                self._do(f"rekeys {post.name}", rekey)
            if device.state != ACTIVE and post.number not in self.revoked:
                self._do(f"reinstates {post.name}", partial(Hub.reinstate, device_id=device.id))

    def _excuse(self, old: bool) -> None:
        """Note what neither the restored database nor any post has: it may stay missing.

        `old`: the backup is older than those by which posts let go of their operations.
        """
        self.old_backup_used = self.old_backup_used or old
        with self.hub.look() as db:
            there = labels(db)
        for deed in self.history.deeds.values():
            if deed.label in there:
                continue
            if deed.fragile or deed.post in self.outbox_lost:
                deed.excused = "its post's file was lost before the hub's"
            elif old and deed.n <= self._covered(deed.outbox):
                deed.excused = "its post may have let go of it"

    def _covered(self, outbox: str) -> int:
        """Return up to which n two backups that were made hold an outbox."""
        held = sorted(backup.heads.get(outbox, 0) for backup in self.backups)
        return held[-COVERING] if len(held) >= COVERING else 0

    # Damage.

    def flip(self, rng: Random) -> None:
        """Flip bits of the stopped hub's database, and check it as an administrator would."""
        hub = self.hub
        if not hub.up or not self.backups:
            return
        hub.crash("and its disk rots", again=False)
        raw = bytearray(hub.path.read_bytes())
        for _ in range(rng.choice((1, 1, 2, 16))):
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        hub.path.write_bytes(raw)
        try:
            findings = audit_file(hub.path)
        except StoreError as error:
            self.world.trace.note("admin", "the check says: %s", error)
            self.world.harm["flipped bits found by opening"] += 1
            self.restore(self._newest(), rng)
            return
        if findings:
            self.world.trace.note("admin", "the check finds: %s", findings[0])
            self.world.harm["flipped bits found by the check"] += 1
            self.restore(self._newest(), rng)
            return
        self.world.harm["flipped bits that harmed nothing"] += 1
        hub._after(0.2, hub.boot)

    # Posts.

    def revoke(self, post: SimPost) -> None:
        """Let a post in no more."""
        if not self.hub.up or post.number in self.revoked:
            return
        taken = self._taken(post)
        if taken is None:
            return
        if not self._do("revokes " + post.name, lambda hub: hub.revoke(post.enrolled().id)):
            return
        self.revoked[post.number] = taken
        self.world.network.cut_post(post.number)

    def reinstate(self, post: SimPost) -> bool:
        """Let it in again, unless something of it was taken meanwhile; False: try again."""
        if post.number not in self.revoked:
            return True
        if not self.hub.up:
            return False
        taken = self._taken(post)
        if taken is None:
            return False
        if taken > self.revoked[post.number]:
            raise self.world.broken(f"{post.name} is revoked, and {taken} operations were taken")
        if not self._do("reinstates " + post.name, lambda hub: hub.reinstate(post.enrolled().id)):
            # It may have come true all the same: what is taken from now on is no wonder.
            self.revoked[post.number] = IN_DOUBT
            return False
        del self.revoked[post.number]
        return True

    def rekey(self, post: SimPost, rng: Random) -> None:
        """Give a post another key; the old one opens nothing any more."""
        if not self.hub.up or post.number in self.revoked:
            return
        key = rng.getrandbits(256).to_bytes(32, "big")
        if self._do("rekeys " + post.name, lambda hub: hub.rekey(post.enrolled().id, key)):
            post.key = key
            self.world.network.cut_post(post.number)

    def _do(self, what: str, do: Any) -> bool:
        try:
            do(self.hub.parts.hub)
        except (*FAULTS, Refusal) as error:
            self.world.trace.note("admin", "%s: %s", what, error)
            if self.hub.machine.frozen:
                self.hub.crash("while a post's state is changed")
            return False
        self.world.trace.note("admin", what)
        return True

    def _taken(self, post: SimPost) -> int | None:
        """Return how many operations of a post the hub has taken, by all its outboxes.

        None where its disk does not let itself be read just now.
        """
        sql = "SELECT coalesce(sum(last_n), 0) FROM outbox WHERE device_id = ?"
        try:
            with self.hub.look() as db:
                return int(db.execute(sql, (post.enrolled().id,)).fetchone()[0])
        except FAULTS:
            return None

    # Releases, and what lies in quarantine.

    def update_hub(self) -> None:
        """Install a newer release."""
        self.world.trace.note("admin", "updates the hub")
        self.hub.kinds = NEWER_KINDS
        if self.hub.up:
            self.hub.crash("to be updated")

    def retry(self) -> None:
        """Try again whatever an older release could not take."""
        with self.hub.look() as db:
            rows = db.execute(
                "SELECT outbox_id, n, body_hash FROM quarantine WHERE outcome IS NULL"
                " AND code IN ('unknown_command', 'unknown_schema')"
            ).fetchall()
        for outbox, n, body_hash in rows:
            args = {"outbox": outbox, "n": n, "body_hash": bytes(body_hash).hex()}
            self.hub.console("quarantine.retry", args)


def lost_by_gap(db: Any, history: History, admin: Admin) -> None:
    """Excuse what a hub restored from an older backup says that it could not get back.

    There may be such a gap only where the backup was not one of the two newest.
    """
    gaps = db.execute("SELECT outbox_id, first_n, last_n FROM gap").fetchall()
    if gaps and not admin.old_backup_used:
        raise admin.world.broken(f"a gap, though no old backup was restored: {gaps}")
    for outbox, first_n, last_n in gaps:
        for deed in history.deeds.values():
            if deed.outbox == outbox and first_n <= deed.n <= last_n:
                deed.excused = "the hub says that it is lost"
                deed.told = Told.PERHAPS
