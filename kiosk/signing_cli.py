"""`comptoir-kiosk second-signature`: whether a till's records bear ECDSA P-256 as well.

Words only.
"""

from pathlib import Path

import click
from rich.console import Console as Terminal

from common.errors import Refusal
from kiosk.cli_session import DATA, Setting, errors


@click.command("second-signature")
@click.argument("state", type=click.Choice(["on", "off"]))
@DATA
@click.pass_obj
def second_signature(setting: Setting, state: str, data: Path | None) -> None:
    """Sign what this till records by ECDSA P-256 as well, or no more, from its next start on."""
    from kiosk.device import read_device
    from kiosk.signing import want_second

    folder = data or setting.folder
    t = setting.translator(folder)
    with errors(t):
        if read_device(folder) is None:
            raise Refusal("not_paired")
        want_second(folder, state == "on")
    text = t("From its next start on this till signs twice, once the hub knows both keys.")
    if state == "off":
        text = t("From its next start on this till signs once, as soon as the hub knows.")
    Terminal(highlight=False).print(text, soft_wrap=True, markup=False)
