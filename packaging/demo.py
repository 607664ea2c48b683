"""`dev.py demo`: a sample shop on this machine, in windows or, without a display, as a story.

Owns the choice between the two, the scratch folder, and the exit code. With a display a till and a
depot open beside each other, live, until one of them is closed. Without one, or with `--headless`,
the same shop tells in the terminal what it does, and ends by itself.
"""

import os
import sys
import tempfile
from pathlib import Path

import click
from child_processes import ShopError
from demo_story import tell
from demo_windows import show
from rich.console import Console as Terminal
from shop_processes import HubProcess, found_hub, hang_pictures, stock_up

from common.help_texts import HelpTexts, asked_language
from common.i18n import Translator
from common.sample import sample_shop
from hub.cli_session import language


@click.command()
@click.option("--headless", is_flag=True, help="Tell the story in the terminal.")
@click.option(
    "--articles", default=240, type=click.IntRange(20, 100_000), help="How many articles."
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default=language, help="Language.")
@click.option("--seed", default=1, type=int, help="Another seed, another shop.")
def main(headless: bool, articles: int, lang: str, seed: int) -> None:
    """Run a demo shop: a hub, a till and a depot."""
    t = Translator(lang)
    terminal = Terminal(highlight=False)
    windows = not headless and _has_display()
    if not windows and not headless:
        terminal.print(t("There is no display here: the shop tells its day in the terminal."))
    try:
        with tempfile.TemporaryDirectory(prefix="comptoir-demo-") as scratch:
            root = Path(scratch)
            shop = sample_shop(seed, articles)
            folder = found_hub(root / "hub", t("Demo grocery"))
            stock_up(folder, shop)
            hang_pictures(folder, shop)
            hub = HubProcess(folder)
            if windows:
                show(root, hub, t, terminal)
            else:
                tell(root, hub, shop, t, terminal)
    except ShopError as error:
        terminal.print(str(error), style="red", markup=False)
        sys.exit(1)


def _has_display() -> bool:
    if os.name == "nt" or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    HelpTexts().speak(main, Translator(asked_language(sys.argv, language())))
    main()
