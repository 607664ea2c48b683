"""A year of a journal in a process of its own: written and closed, or verified in full.

Says what was spent on what, and the most memory that the process ever had.
"""

import time
from collections import Counter
from pathlib import Path

import orjson

from common.journal.kinds import EntryType
from hub.journal_verify import verify_file
from hub.records import journal as rows
from tests.bench.journal_shop import JournalShop
from tests.bench.workers.channel import Channel


def peak_mb() -> float:
    """Return the most memory that this process had resident so far, MB of 10⁶ bytes.

    Linux's own mark of this program: what `getrusage` says counts its parent before the exec, too.
    """
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Do what the benchmark asks for."""
    channel = Channel()
    folder = Path(channel.config["folder"])
    if "identity" in channel.config:
        began, cpu = time.perf_counter(), time.process_time()
        report = verify_file(folder / "comptoir.db", bytes.fromhex(channel.config["identity"]))
        channel.say(
            "verified",
            seconds=time.perf_counter() - began,
            cpu=time.process_time() - cpu,
            lines=report.lines,
            tickets=report.totals.tickets,
            flaws=len(report.flaws),
            peak_mb=peak_mb(),
        )
        return
    shop = JournalShop(folder)
    shop.year(channel.config["records"])
    closed = Counter(
        orjson.loads(line.body)["data"]["period"]
        for line in rows.of_type(shop.store.db, EntryType.CLOSING)
    )
    shop.close()
    channel.say(
        "written",
        seconds=dict(shop.spent.seconds),
        cpu=dict(shop.spent.cpu),
        slowest_closing_s=max(shop.spent.closings_s),
        closed=dict(closed),
        identity=shop.identity.public.hex(),
        size_mb=shop.path.stat().st_size / 1e6,
        peak_mb=peak_mb(),
    )


if __name__ == "__main__":
    main()
