"""What a daily closing holds so that a walk can begin at it, and the beginning there.

Owns tills' chains and everybody's keys as plain data, there and back. What was before the closing
need not be at hand any more: it is as the closing states, which the hub has sealed.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import msgspec

from common.journal.chain import Gap, TillChain
from common.journal.entry import Head
from common.journal.keys import HubKeys, TillKeys
from common.journal.kinds import Period
from common.journal.record import ED25519, ChainHead
from common.journal.standing import Closed, Standing
from common.journal.sums import Sums
from common.journal.till_sums import TillSums
from common.journal.totals import Totals
from common.models import convert


def resumed(
    head: Head, data: Mapping[str, Any], at_ms: int, trusted: Collection[str] | None
) -> Standing:
    """Return where a walk stands after a daily closing, from nothing but what that states.

    `head`: the closing's own seq and digest; `trusted`: as of `verify.Verifier`. Raises ValueError,
    KeyError or TypeError for what is no daily closing.
    """
    if data["period"] != Period.DAY:
        raise ValueError("a walk begins at a daily closing")
    standing = Standing(head, sealed_seq=head.seq)
    for name, chain in data["chains"].items():
        standing.chains[name] = _chain(name, chain)
        if chain.get("sums") is not None:
            standing.sums[name] = convert(chain["sums"], TillSums)
    _resume_keys(standing, data["keys"], trusted)
    standing.closed = {kind: Closed(**closed) for kind, closed in data["before"].items()}
    for to in (data["to"], *(closed.to for closed in standing.closed.values())):
        date.fromisoformat(to)
    standing.closed[Period.DAY] = Closed(data["number"], data["to"], at_ms, head.seq)
    standing.perpetual = convert(data["perpetual"], Totals)
    standing.exercises = convert(data.get("exercises", {}), Totals)
    standing.day = Sums(after=head.seq, heads=standing.heads())
    standing.month = convert(data["open"]["month"], Sums)
    standing.year = convert(data["open"]["year"], Sums)
    return standing


def keys_of(standing: Standing) -> dict[str, Any]:
    """Return by which keys tills sign and the hub seals: all that a later walk has to know."""
    hub = standing.hub
    return {
        "publics": {key: public.hex() for key, public in standing.publics.items()},
        "tills": {
            device: {
                "now": dict(held.now),
                "following": None if held.following is None else dict(held.following),
                "ever": sorted(held.ever),
            }
            for device, held in standing.tills.items()
        },
        "hub": {
            "now": dict(hub.now),
            "publics": {key: public.hex() for key, public in hub.publics.items()},
            "path": [list(step) for step in hub.path],
        },
    }


def _resume_keys(
    standing: Standing, keys: Mapping[str, Any], trusted: Collection[str] | None
) -> None:
    for key, public in keys["publics"].items():
        standing.publics[key] = bytes.fromhex(public)
    for device, held in keys["tills"].items():
        ever = frozenset(held["ever"])
        standing.tills[device] = TillKeys(held["now"], held["following"], ever)
    hub = keys["hub"]
    standing.hub = HubKeys(
        hub["now"],
        {key: bytes.fromhex(public) for key, public in hub["publics"].items()},
        trusted is not None and hub["now"][ED25519] in trusted,
        [(seq, key, how) for seq, key, how in hub["path"]],
    )


def reach_of(standing: Standing, name: str) -> dict[str, Any]:
    """Return how far a till's chain reaches: all that a later walk has to know of it."""
    chain, day = standing.chains[name], standing.day
    return {
        "device": chain.device,
        "first": day.heads.get(name, 0) + 1,
        "last": chain.head.seq,
        "digest": chain.head.digest,
        "counts": dict(chain.head.counts),
        "filled": day.filled.get(name, 0),
        "missing": _missing(chain),
        "loose": chain.loose,
        "sums": _plain(standing.sums.get(name)),
    }


def _plain(sums: TillSums | None) -> Any:
    """Return a till's sums as JSON has them."""
    return msgspec.json.decode(msgspec.json.encode(sums))


def _missing(chain: TillChain) -> list[dict[str, Any]]:
    """Return the numbers that are missing, in runs, with the digests around each run."""
    runs: list[dict[str, Any]] = []
    for seq, gap in sorted(chain.gaps.items()):
        run = runs[-1] if runs else None
        if run is not None and run["last"] == seq - 1 and not run["leads_to"] and not gap.before:
            run |= {"last": seq, "leads_to": gap.own}
        else:
            own = {"first": seq, "last": seq, "follows": gap.before, "leads_to": gap.own}
            runs.append(own)
    return runs


def _chain(name: str, data: Mapping[str, Any]) -> TillChain:
    """Return a till's chain from what a closing states of it."""
    gaps = {}
    for run in data["missing"]:
        for seq in range(run["first"], run["last"] + 1):
            before = run["follows"] if seq == run["first"] else ""
            gaps[seq] = Gap(before, run["leads_to"] if seq == run["last"] else "")
    head = ChainHead(name, data["last"], data["digest"], dict(data["counts"]))
    return TillChain(head, data["device"], gaps, data["loose"])
