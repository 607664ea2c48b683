"""`comptoir-hub backup-key`: keys that backups are sealed to, made, registered, listed, forgotten.

Words around `backup_keys`. The private key leaves the hub's machine with the file it is written to.
"""

from pathlib import Path
from typing import Final

import click

from common.i18n import mark
from hub.backup_cli import PASSPHRASE_FILE, passphrase, require_plain_name
from hub.cli_session import Session
from hub.config import read_settings
from hub.folder import ConfigError


@click.group("backup-key")
def backup_key() -> None:
    """Keys that backups are sealed to."""


REGISTERED: Final = mark("Backups are sealed to {name} ({public}) from now on.")
_NAME: Final = click.option("--name", default="admin", show_default=True, help="Name of the key.")


@backup_key.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_NAME
@PASSPHRASE_FILE
@click.pass_obj
def new(session: Session, file: Path, name: str, passphrase_file: Path | None) -> None:
    """Make a key: its private half in FILE under a passphrase, its public half registered here."""
    from hub.backup_keys import new_key_file, register, require_free

    with session.errors():
        require_plain_name(file)
        read_settings(session.folder)
        require_free(session.folder, name)
        public = new_key_file(file, passphrase(session, passphrase_file, confirmed=True))
        register(session.folder, name, public)
    session.say(REGISTERED, name=name, public=public.hex())
    session.say(mark("The private key is in {file}: move it away from this computer."), file=file)
    session.say(
        mark("Without this file and its passphrase nobody can open those backups. Keep two copies.")
    )


@backup_key.command("add")
@click.argument("public")
@_NAME
@click.pass_obj
def add(session: Session, public: str, name: str) -> None:
    """Register the PUBLIC half of a key that was made elsewhere."""
    from hub.backup_keys import register

    with session.errors():
        read_settings(session.folder)
        register(session.folder, name, _raw(public))
    session.say(REGISTERED, name=name, public=public)


@backup_key.command("list")
@click.pass_obj
def list_keys(session: Session) -> None:
    """List the keys that backups are sealed to."""
    from hub.backup_keys import public_keys

    with session.errors():
        read_settings(session.folder)
        keys = public_keys(session.folder)
    if not keys:
        session.say(mark("There is no backup key: backups are not sealed."))
    for key in keys:
        print(f"{key.public.hex()}  {key.name}")


@backup_key.command("forget")
@click.argument("name")
@click.pass_obj
def forget(session: Session, name: str) -> None:
    """Seal later backups to this key no more; those there are it still opens."""
    from hub.backup_keys import forget as forget_key

    with session.errors():
        read_settings(session.folder)
        forget_key(session.folder, name)
    session.say(mark("Later backups are not sealed to {name} any more."), name=name)


def _raw(public: str) -> bytes:
    try:
        key = bytes.fromhex(public)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ConfigError("backup_key_malformed", text=repr(public))
    return key
