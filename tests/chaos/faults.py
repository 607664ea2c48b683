"""What is done to a shop: a table of faults, each with how often it comes up.

Owns the order of kills, stops and starts within one fault, and the weather of the network. A fault
leaves everybody started again, though not ready: the next one may come before they are.
"""

import math
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.chaos.members import Member
from tests.chaos.proxy import Way, Weather
from tests.chaos.shop import Shop

_STARTING_S: Final = 0.45
"""Starting takes about 0.3 s: a kill within this meets every moment of it, and a little more."""
_STOPPED_S: Final = (0.1, 4.0)
_WEATHER_S: Final = (0.2, 9.0)
_TRAFFIC: Final = {Way.COMMANDS: 4, Way.BROADCASTS: 4, Way.CARD: 1}
"""How often which way is spoilt: only who has lost the hub asks for its card."""
_SPOILT: Final = 3
"""So many streets at most have weather at a time."""


def kill(shop: Shop, victims: Sequence[Member]) -> None:
    """Kill everybody at once, then start them."""
    for victim in victims:
        victim.kill()
    shop.inquest(victims)
    for victim in victims:
        victim.start()


def kill_starting(shop: Shop, victims: Sequence[Member]) -> None:
    """Kill, start, and kill again in the midst of starting."""
    kill(shop, victims)
    shop.work(shop.rng.random() * _STARTING_S)
    kill(shop, victims)


def stop(shop: Shop, victims: Sequence[Member]) -> None:
    """Stop for a while; whoever speaks to them meanwhile meets silence."""
    _stop(victims)
    shop.work(_log_uniform(shop.rng, *_STOPPED_S))
    for victim in victims:
        victim.send(signal.SIGCONT)


def kill_stopped(shop: Shop, victims: Sequence[Member]) -> None:
    """Stop, and kill while stopped."""
    _stop(victims)
    shop.work(_log_uniform(shop.rng, 0.02, 1.0))
    kill(shop, victims)


def end(shop: Shop, victims: Sequence[Member]) -> None:
    """End in an orderly way: whatever else is right must also be so after that."""
    for victim in victims:
        # Before it is ready nobody has told it yet what to do about SIGTERM.
        shop.wait(f"{victim.name}'s start", lambda victim=victim: victim.ready)  # type: ignore[misc]
        victim.end()
    for victim in victims:
        victim.start()


def _stop(victims: Sequence[Member]) -> None:
    for victim in victims:
        victim.send(signal.SIGSTOP)


def _hub(shop: Shop) -> list[Member]:
    return [shop.hub]


def _post(shop: Shop) -> list[Member]:
    return [shop.rng.choice(shop.posts)]


def _two(shop: Shop) -> list[Member]:
    return shop.rng.sample(shop.members, 2)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens to whom, and how often it is drawn beside the others."""

    name: str
    do: Callable[[Shop, Sequence[Member]], None]
    whom: Callable[[Shop], list[Member]]
    weight: int

    def inject(self, shop: Shop) -> None:
        """Do it, and write it down."""
        victims = self.whom(shop)
        names = " and ".join(victim.name for victim in victims)
        shop.note(f"{self.name}: {names}", self.name)
        self.do(shop, victims)


FAULTS: Final = (
    Fault("hub killed", kill, _hub, 26),
    Fault("post killed", kill, _post, 26),
    Fault("two killed", kill, _two, 14),
    Fault("hub killed while starting", kill_starting, _hub, 8),
    Fault("post killed while starting", kill_starting, _post, 6),
    Fault("hub stopped", stop, _hub, 4),
    Fault("post stopped", stop, _post, 4),
    Fault("hub killed while stopped", kill_stopped, _hub, 5),
    Fault("post killed while stopped", kill_stopped, _post, 3),
    Fault("hub ended", end, _hub, 2),
    Fault("post ended", end, _post, 2),
)
POWER_FAULTS: Final = tuple(fault for fault in FAULTS if "stopped" not in fault.name)
"""Where a death is a power loss: a machine that is stopped does not lose more by it."""


@dataclass(frozen=True, slots=True)
class Storm:
    """A kind of weather; `cuts`: connections of then are reset first."""

    name: str
    weather: Callable[[Random], Weather]
    cuts: bool = False


STORMS: Final = (
    Storm("network held to the hub", lambda _: Weather(up=False)),
    Storm("network held from the hub", lambda _: Weather(down=False)),
    Storm("network stalled", lambda _: Weather(up=False, down=False)),
    Storm("network late", lambda rng: Weather(delay_s=_log_uniform(rng, 0.01, 0.5))),
    Storm("network slow", lambda rng: Weather(bytes_per_s=_log_uniform(rng, 2e4, 4e5))),
    Storm("network refusing", lambda _: Weather(refuses=True), cuts=True),
    Storm("network cut", lambda _: Weather(), cuts=True),
)


def brew(shop: Shop) -> None:
    """Now and then, spoil one post's way to the hub for a while."""
    streets = shop.fair_streets
    if len(shop.posts) * 3 - len(streets) >= _SPOILT or shop.rng.random() < 0.5:
        return
    (street,) = shop.rng.choices(streets, [_TRAFFIC[way] for _, way in streets])
    storm = shop.rng.choice(STORMS)
    if storm.cuts:
        shop.proxy.cut(street)
    shop.spoil(street, storm.weather(shop.rng), _log_uniform(shop.rng, *_WEATHER_S), storm.name)


def _log_uniform(rng: Random, least: float, most: float) -> float:
    """Return a number between two, each order of magnitude as likely as another."""
    return math.exp(rng.uniform(math.log(least), math.log(most)))
