"""A long run is kept on the way, and goes on where it stopped."""

from collections import Counter
from pathlib import Path

import pytest

from tests.sim.report import Report
from tests.sim.story import Outcome


def test_what_is_kept_is_what_was_counted(tmp_path: Path) -> None:
    report = Report(7, commits=["abc"], took_s=60.0)
    report.add(Outcome(7, "at 1.0 s: lost", Counter({"hub killed": 2}), deeds=200, took_s=1.5))
    report.add(Outcome(8, "", Counter({"hub killed": 1}), Counter({"power lost": 3})))
    report.keep(tmp_path / "run.json")
    assert Report.kept(tmp_path / "run.json", 7) == report
    with pytest.raises(ValueError, match="from seed 7 on, not 8"):
        Report.kept(tmp_path / "run.json", 8)
    assert report.drawn == {"hub killed": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_no_file_is_a_run_that_begins(tmp_path: Path) -> None:
    assert Report.kept(tmp_path / "none.json", 5) == Report(5)


def test_its_words_name_each_commit_once_and_how_to_tell_a_broken_seed_again() -> None:
    report = Report(commits=["abc", "abc", "def"], took_s=90.0)
    report.add(Outcome(7, "at 1.0 s: lost"))
    said = list(report.lines())
    assert said[0] == "commit abc, def"
    assert said[1].startswith("1 seeds in 1.5 min")
    assert said[-1].endswith("dev.py sim --seed 7")
