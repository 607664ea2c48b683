"""What an archive says of itself: its manifest, whose keys are in it, what the tickets come to.

Owns the form of these files beside the journal's lines; `verifier.py` reads them. A manifest says
where the line before the archive's first one stood, so that an archive of a year is verified
without the years before it. Signed by the hub as its seals are: no seal can be read as a manifest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import orjson

from common import VERSION
from common.journal import canon
from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.purge import plain_standing
from common.journal.resume import keys_of
from common.journal.standing import Standing
from common.journal.totals import Totals
from common.journal.verify import Finding
from common.succession import Succession
from hub.archive import verifier
from hub.config import ShopSettings
from hub.records import journal as rows
from hub.store import Connection

FINDINGS_STATED: Final = 1000
BOOKS: Final = ("began_ms", "closed", "perpetual", "exercises", "day", "month", "year", "sums")
"""Of a standing, what is added up."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is known once the lines are written. `before`, `after`: as `standing_plain` has them;
    `totals`: what all tickets come to, there and there.

    `signed_by`: the hub's key ids by algorithm; `publics`: its public keys by the same, hex;
    `past`: how its identity followed older ones.
    """

    shop: ShopSettings
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    totals: tuple[Totals, Totals]
    lines: int
    seals: int
    findings: tuple[Finding, ...]
    signed_by: Mapping[str, str]
    publics: Mapping[str, str]
    past: Sequence[Succession]
    made_ms: int
    period: str

    def manifest(self, files: Mapping[str, Any]) -> bytes:
        """Return the manifest, told each file's size and digest."""
        chain, last, digest = self.after["head"]
        first = 1 if self.before is None else self.before["head"][1] + 1
        shop = self.shop
        return canon.canonical(
            {
                "v": verifier.VERSION,
                "keys": dict(self.signed_by),
                "archive": {
                    "made_ms": self.made_ms,
                    "software": f"comptoir {VERSION}",
                    "shop": {
                        "name": shop.name,
                        "siret": shop.siret,
                        "vat_number": shop.vat_number,
                        "address": shop.address,
                    },
                    "period": self.period,
                    "chain": chain,
                    "first": first,
                    "last": last,
                    "last_digest": digest,
                    "lines": self.lines,
                    "seals": self.seals,
                    "base": self.before,
                    "totals": self._totals(),
                    "holds": not self.findings,
                    "findings": [
                        {"seq": found.seq, "code": found.fault.value, "where": found.record}
                        for found in self.findings[:FINDINGS_STATED]
                    ],
                    "files": dict(files),
                },
            }
        )

    def small_files(self, db: Connection) -> dict[str, bytes]:
        """Return the keys and the totals, as files."""
        keys = {
            "signer": dict(self.publics),
            "succession": [msgspec.to_builtins(said) for said in self.past],
            "hub": self.after["keys"]["hub"],
            "devices": list(_devices(db, self.after["head"][1])),
        }
        totals = orjson.dumps(self._totals(), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        return {verifier.KEYS: canon.canonical(keys), verifier.TOTALS: totals}

    def _totals(self) -> dict[str, Any]:
        return {"before": dict(self.totals[0].plain()), "after": dict(self.totals[1].plain())}


def standing_plain(standing: Standing) -> dict[str, Any]:
    """Return where a walk stands, by value: what the verifier needs to go on from there."""
    whole = plain_standing(standing)
    return {
        "head": list(standing.head),
        "chains": [
            {
                "chain": name,
                "device": chain.device,
                "seq": chain.head.seq,
                "digest": chain.head.digest,
                "counts": dict(chain.head.counts),
                "gaps": {str(seq): list(gap) for seq, gap in chain.gaps.items()},
                "loose": chain.loose,
            }
            for name, chain in standing.chains.items()
        ],
        "keys": keys_of(standing),
        "archives": dict(standing.archives),
        "books": {name: whole[name] for name in BOOKS},
    }


def _devices(db: Connection, last: int) -> Iterable[dict[str, Any]]:
    """Yield the keys of devices as the journal introduces them, and in which line."""
    for line in rows.of_type(db, EntryType.KEY):
        if line.seq > last:
            return
        try:
            data = read_entry(line.body).data
        except ValueError:
            continue  # Its bytes are among the lines, as they are.
        yield {"line": line.seq, **data}
