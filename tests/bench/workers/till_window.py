"""A till in a real window, on its own display, served by somebody in a hurry.

The post is whole: session, link, stores, screens. Touches, keys and scans reach Kivy where SDL's
events do, after each frame, and count from the moment they were due until the frame that shows
their effect has been handed to the display.
"""

import os
from pathlib import Path

from kiosk.kivy_setup import WindowSettings, prepare
from tests.bench.workers.channel import Channel


def main() -> None:
    """Serve until the benchmark says that it is enough."""
    channel = Channel()
    config = channel.config
    os.environ.update(DISPLAY=config["display"], SDL_VIDEODRIVER="x11", LIBGL_ALWAYS_SOFTWARE="1")
    folder = Path(config["folder"])
    settings = WindowSettings(config["width_px"], config["height_px"], fullscreen=True, density=1.0)
    prepare(settings, folder / "kivy")
    # Kivy is shaped by now and may be imported.
    from tests.bench.workers.till_hand import TillHand

    hand = TillHand(folder, config["seed"])
    try:
        hand.wait_for("articles", config["tseq"])
        channel.say("ready")
        found = hand.serve(lambda: bool(list(channel.take())))
        hand.wait_for("articles", config["last_tseq"])
        channel.say("served", **found)
    finally:
        hand.close()


if __name__ == "__main__":
    main()
