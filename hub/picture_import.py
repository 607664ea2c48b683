"""From a folder of photographs to pictures of articles and categories, a command each.

Owns which file is whose, and what came of each. Making a picture is `picture_making.py`'s, taking
the commands the hub's. A file that will not do is told, and the others come in all the same.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from common import messages as m
from common.errors import Problem, Refusal
from common.pictures import picture_id
from hub.picture_list import Subject, find
from hub.picture_making import make

_NO_PICTURES: Final = frozenset({"thumbs.db", "desktop.ini"})
"""What systems put beside pictures by themselves."""
Matched = tuple[Path, Subject]


@dataclass(slots=True)
class PictureReport:
    """What an import did so far. `problems`: what did not come in, each naming its file.

    `same`: pictures that the hub has like that already. `sent`: files, in the commands' order.
    `refused`: (file, what the hub said).
    """

    taken: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    refused: list[tuple[str, Problem]] = field(default_factory=list)

    def note(self, reply: m.Reply) -> None:
        """Count what the hub took, and keep what it did not."""
        if reply.status is m.Status.ACCEPTED:
            self.taken += 1
        else:
            self.refused.append((self.sent[reply.n - 1], Problem(reply.code, reply.params)))


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder that may be pictures, by name; raises Refusal, OSError."""
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
        if path.name.lower() not in _NO_PICTURES
    ]
    if not files:
        raise Refusal("no_pictures", folder=folder)
    return files


def match(database: Path, files: list[Path], report: PictureReport) -> list[Matched]:
    """Return which file is whose; what is nobody's, or somebody's twice, is noted.

    Raises StoreError.
    """
    matched: dict[str, Matched] = {}
    for path, found in zip(files, find(database, [path.stem for path in files]), strict=True):
        if isinstance(found, Refusal):
            problem = found.problem
            if problem.code == "unknown_category":
                problem = Problem("picture_of_nothing", {"file": path.name})
            report.problems.append(problem)
        elif found.id in matched:
            other, _ = matched[found.id]
            names = {"file": path.name, "other": other.name, "name": found.name}
            report.problems.append(Problem("picture_repeated", names))
        else:
            matched[found.id] = path, found
    return list(matched.values())


def commands(
    matched: list[Matched], report: PictureReport, done: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a `picture.set` for each file that makes one; `done` is called after each file."""
    for path, subject in matched:
        try:
            content = make(path)
        except Refusal as refusal:
            report.problems.append(refusal.problem)
        else:
            if picture_id(content) == subject.picture:
                report.same += 1
            else:
                report.sent.append(path.name)
                brought = base64.b64encode(content).decode()
                yield (
                    "picture.set",
                    {"of": subject.of.value, "id": subject.id, "content": brought},
                )
        done()
