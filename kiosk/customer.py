"""`python -m kiosk.customer`: the customer's window, started by a till and told what to show.

A scanner's keys are the till's: what keys come here are written to standard output.
"""

import os
import sys
from pathlib import Path

import click

from kiosk.config import parse_size
from kiosk.kivy_setup import WindowSettings, prepare


@click.command()
@click.option("--window", required=True)
@click.option("--theme", type=click.Choice(["light", "dark"]), default="dark")
@click.option("--home", type=click.Path(path_type=Path), required=True)
def main(window: str, theme: str, home: Path) -> None:
    """Show what standard input says, a JSON line a view."""
    size = parse_size(window)
    # Where the system heeds it: shown without taking the keyboard from the till.
    os.environ["SDL_WINDOW_NO_ACTIVATION_WHEN_SHOWN"] = "1"
    os.environ["SDL_X11_WINDOW_TYPE"] = "_NET_WM_WINDOW_TYPE_NOTIFICATION"
    place = (size.left or 0, size.top or 0)
    prepare(
        WindowSettings(
            *(size.width, size.height),
            borderless=True,
            show_cursor=False,
            title="Comptoir",
            left_px=place[0],
            top_px=place[1],
        ),
        home,
    )
    from kiosk.customer_app import run

    run(sys.stdin.buffer, sys.stdout.buffer, theme)


if __name__ == "__main__":
    main()
