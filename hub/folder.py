"""Where a hub's files lie, and the error that says that one of them cannot be used."""

from dataclasses import dataclass
from pathlib import Path

from common.errors import Refusal


class ConfigError(Refusal):
    """Settings, folder or keys cannot be used."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a hub's files lie. Keys are outside the database and its backups."""

    root: Path

    @property
    def settings(self) -> Path:
        """Return the settings file."""
        return self.root / "hub.toml"

    @property
    def database(self) -> Path:
        """Return the database file."""
        return self.root / "comptoir.db"

    @property
    def lock(self) -> Path:
        """Return the file whose lock says that a hub runs here."""
        return self.root / "hub.lock"

    @property
    def backups(self) -> Path:
        """Return the folder of backups, unless another is named."""
        return self.root / "backups"

    @property
    def backup_keys(self) -> Path:
        """Return the folder of the public keys that backups are sealed to."""
        return self.root / "backup-keys"

    @property
    def epoch(self) -> Path:
        """Return the file that names the newest epoch: a database may be unreadable one day."""
        return self.root / "epoch"

    @property
    def keys(self) -> Path:
        """Return the folder of private keys."""
        return self.root / "keys"

    @property
    def identity(self) -> Path:
        """Return the file of the hub's identity."""
        return self.keys / "identity.key"

    @property
    def next_identity(self) -> Path:
        """Return the file of the identity that is about to take its place."""
        return self.keys / "identity.next.key"

    @property
    def past(self) -> Path:
        """Return the file of how the identity followed older ones; public keys only."""
        return self.keys / "identity.past.json"

    @property
    def second(self) -> Path:
        """Return the file of the journal's second key, ECDSA P-256."""
        return self.keys / "seal-p256.key"

    @property
    def pepper(self) -> Path:
        """Return the file of what is mixed into PINs, where that is of an older identity."""
        return self.keys / "pepper.key"
