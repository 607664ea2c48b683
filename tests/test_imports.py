"""Who may import what: a table of rules, each checked over every .py and .kv file there is.

A module that a file imports is named in full (`from kiosk import views` is `kiosk.views`), also
when the import is late, for types only, through `importlib`, or a `#:import` line of Kivy's.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

# Each process would read all there is again.
pytestmark = pytest.mark.xdist_group("imports")
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("common", "hub", "kiosk")
OURS = (*PACKAGES, "tests", "packaging")
# Stands for every module that is neither ours nor the standard library's.
THIRD_PARTY = "<third party>"
KV_IMPORT = re.compile(r"^\s*#:\s*import\s+\S+\s+(\S+)", re.MULTILINE)
DRAWN = ("kiosk/screens/*", "kiosk/widgets/*")
# Runs without anything of ours, in an archive, and takes what is there.
VERIFIER = "hub/archive/verifier.py"


@dataclass(frozen=True, slots=True)
class Rule:
    """In `files`, except `unless`, no import may be one of `never`, except `but`.

    Files are patterns (`*` crosses folders) of paths from the root; modules are names that stand
    for themselves and whatever is below them.
    """

    name: str
    files: tuple[str, ...]
    never: tuple[str, ...]
    unless: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def forbids(self, path: str, module: str) -> bool:
        """Tell whether the file at `path` breaks the rule by importing `module`."""
        if not _matches(path, self.files) or _matches(path, self.unless):
            return False
        return _within(module, self.never) and not _within(module, self.but)


def only_in(name: str, modules: tuple[str, ...], files: tuple[str, ...]) -> Rule:
    """Return the rule that only `files` of the three packages import `modules`."""
    return Rule(name, tuple(f"{package}/*" for package in PACKAGES), modules, unless=files)


RULES = (
    Rule("common knows neither hub nor kiosk", ("common/*",), ("hub", "kiosk", "tests")),
    Rule("the hub does not know the kiosk", ("hub/*",), ("kiosk", "tests")),
    Rule("the kiosk does not know the hub", ("kiosk/*",), ("hub", "tests")),
    Rule(
        "common stands on four libraries",
        ("common/*",),
        (THIRD_PARTY,),
        but=("orjson", "msgspec", "nacl", "babel", "cryptography"),
    ),
    Rule(
        "common does no I/O",
        ("common/*",),
        (
            *("asyncio", "http", "multiprocessing", "select", "selectors", "socket", "sqlite3"),
            *("ssl", "subprocess", "threading", "urllib.request"),
        ),
    ),
    Rule(
        "common is handed its clock and its randomness",
        ("common/*",),
        ("random", "secrets", "time"),
        but=("random.Random",),
    ),
    only_in(
        "zmq stays at the sockets",
        ("zmq",),
        (
            *("hub/server.py", "hub/hangup.py", "hub/console.py", "hub/wiring.py", "hub/wiring/*"),
            *("hub/sockets.py", "hub/*/sockets.py"),
            *("kiosk/link.py", "kiosk/sockets.py", "kiosk/enrol.py"),
        ),
    ),
    only_in("the camera stays at its eye", ("cv2", "numpy", "zxingcpp"), ("kiosk/camera.py",)),
    only_in("printers stay with paper", ("escpos", "usb"), ("kiosk/printing/*",)),
    only_in(
        "Pillow stays with pictures and paper",
        ("PIL",),
        ("hub/picture_making.py", "kiosk/picture_files.py", "kiosk/printing/*"),
    ),
    only_in(
        "serial ports stay with printers and scales",
        ("serial",),
        ("kiosk/printing/*", "kiosk/devices/scale_lines.py"),
    ),
    only_in("misspelt words stay in the spelling", ("rapidfuzz",), ("kiosk/spelling.py",)),
    only_in("nacl stays in the seal", ("nacl",), ("common/seal.py", VERIFIER)),
    only_in(
        "cryptography stays with the second signature",
        ("cryptography",),
        ("common/p256.py", VERIFIER),
    ),
    only_in("zeroconf stays at both ends", ("zeroconf",), ("hub/announce.py", "kiosk/discover.py")),
    only_in(
        "SQL stays with those who store",
        ("peewee", "playhouse", "pysqlite3", "sqlite3"),
        (
            *("hub/tables.py", "hub/store.py", "hub/changes.py", "hub/journal.py"),
            *("hub/migrations.py", "hub/backup.py", "hub/audit.py", "hub/reader.py"),
            "hub/shape.py",
            *("kiosk/outbox_file.py", "kiosk/replica_file.py", "kiosk/database.py"),
            "kiosk/schema.py",
            "kiosk/outbox_chain.py",
            "kiosk/outbox_counts.py",
            "kiosk/outbox_memos.py",
            "kiosk/unsealed.py",
        ),
    ),
    only_in(
        "Kivy stays with what is drawn",
        ("kivy", "kivymd", "kivy_garden"),
        (
            *("kiosk/app.py", "kiosk/customer_app.py", "kiosk/theme.py", "kiosk/kivy_setup.py"),
            *DRAWN,
        ),
    ),
    Rule(
        "screens and widgets know view values only",
        DRAWN,
        (*OURS, THIRD_PARTY),
        but=(
            "kivy",
            "kiosk.views",
            "kiosk.screens",
            "kiosk.keypad",
            "kiosk.theme",
            "kiosk.widgets",
            "common",
        ),
    ),
)


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _within(module: str, names: tuple[str, ...]) -> bool:
    top = module.partition(".")[0]
    if THIRD_PARTY in names and top not in OURS and top not in sys.stdlib_module_names:
        return True
    return any(module == name or module.startswith(name + ".") for name in names)


def imports_of(path: str, text: str) -> list[str]:
    """Return the full names of what a .py or .kv file imports, in the order they stand."""
    if path.endswith(".kv"):
        return KV_IMPORT.findall(text)
    return [
        name for node in ast.walk(ast.parse(text)) for name in _imported(node, _package_of(path))
    ]


def _package_of(path: str) -> list[str]:
    return list(Path(path).parts[:-1])


def _imported(node: ast.AST, package: list[str]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (name.name for name in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            above = package[: len(package) - level + 1] if level else []
            base = ".".join([*above, *([module] if module else [])])
            yield from (f"{base}.{name.name}" for name in names)
        case ast.Call(
            func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            yield name
        case ast.Constant(value=str(kv)):
            yield from KV_IMPORT.findall(kv)


@cache
def sources() -> dict[str, str]:
    """Return every .py and .kv file of the three packages: path from the root → text."""
    return {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
        for package in PACKAGES
        for suffix in ("py", "kv")
        for file in sorted((ROOT / package).rglob(f"*.{suffix}"))
    }


@cache
def all_imports() -> list[tuple[str, str]]:
    """Return each file with each module that it imports."""
    return [(path, module) for path, text in sources().items() for module in imports_of(path, text)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_holds_in_every_file(rule: Rule) -> None:
    broken = [
        f"{path} imports {module}" for path, module in all_imports() if rule.forbids(path, module)
    ]
    assert not broken, f"{rule.name}: " + "; ".join(broken)


def test_the_walk_sees_all_three_packages() -> None:
    found = {path.partition("/")[0] for path in sources()}
    assert found == set(PACKAGES)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("hub/a.py", "import zmq", ["zmq"]),
        ("hub/a.py", "import zmq.utils as u, os", ["zmq.utils", "os"]),
        ("hub/a.py", "from kiosk import views", ["kiosk.views"]),
        ("hub/a.py", "def late():\n    import kivy.app", ["kivy.app"]),
        ("kiosk/screens/a.py", "from . import b", ["kiosk.screens.b"]),
        ("kiosk/screens/a.py", "from .. import link", ["kiosk.link"]),
        ("kiosk/screens/a.py", "from ..link import Link", ["kiosk.link.Link"]),
        ("hub/a.py", "import importlib\nimportlib.import_module('zmq')", ["importlib", "zmq"]),
        ("hub/a.py", "__import__('zmq')", ["zmq"]),
        ("kiosk/app.py", "KV = '''\n#:import dp kivy.metrics.dp\n'''", ["kivy.metrics.dp"]),
        ("kiosk/a.kv", "#:import link kiosk.link\n# import zmq\nBox:\n", ["kiosk.link"]),
        ("kiosk/a.kv", "  #: import x kiosk.views.x", ["kiosk.views.x"]),
        ("common/a.py", "x = 'import zmq'", []),
    ],
)
def test_imports_are_found(path: str, text: str, expected: list[str]) -> None:
    assert imports_of(path, text) == expected


BROKEN = [
    ("common/wire.py", "hub.store", "common knows neither hub nor kiosk"),
    ("hub/store.py", "kiosk.views", "the hub does not know the kiosk"),
    ("kiosk/session.py", "hub.store", "the kiosk does not know the hub"),
    ("common/wire.py", "zeroconf.Zeroconf", "common stands on four libraries"),
    ("hub/config.py", "cryptography.hazmat", "cryptography stays with the second signature"),
    ("common/wire.py", "socket", "common does no I/O"),
    ("common/ids.py", "random.random", "common is handed its clock and its randomness"),
    ("common/ids.py", "time.time_ns", "common is handed its clock and its randomness"),
    ("hub/pipeline.py", "zmq", "zmq stays at the sockets"),
    ("hub/wire/other.py", "zmq.Socket", "zmq stays at the sockets"),
    ("hub/server.py", "nacl.public", "nacl stays in the seal"),
    ("kiosk/window.py", "cv2.VideoCapture", "the camera stays at its eye"),
    ("kiosk/till.py", "escpos.printer.Dummy", "printers stay with paper"),
    ("kiosk/session.py", "PIL.Image", "Pillow stays with pictures and paper"),
    ("kiosk/devices/scale.py", "serial", "serial ports stay with printers and scales"),
    ("kiosk/search.py", "rapidfuzz.process", "misspelt words stay in the spelling"),
    ("hub/service.py", "zeroconf", "zeroconf stays at both ends"),
    ("hub/commands/sales.py", "peewee", "SQL stays with those who store"),
    ("kiosk/session.py", "pysqlite3.dbapi2", "SQL stays with those who store"),
    ("kiosk/session.py", "kivy.clock.Clock", "Kivy stays with what is drawn"),
    ("kiosk/screens/till.py", "kiosk.session", "screens and widgets know view values only"),
    ("kiosk/screens/till.kv", "kiosk.replica", "screens and widgets know view values only"),
    ("kiosk/widgets/key.py", "orjson", "screens and widgets know view values only"),
]


@pytest.mark.parametrize(("path", "module", "rule"), BROKEN)
def test_a_broken_rule_is_seen(path: str, module: str, rule: str) -> None:
    assert rule in [each.name for each in RULES if each.forbids(path, module)]


def test_every_rule_has_an_example_that_breaks_it() -> None:
    assert {rule for _, _, rule in BROKEN} == {rule.name for rule in RULES}


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("common/wire.py", "msgspec.convert"),
        ("common/wire.py", "common.models.Ticket"),
        ("common/wire.py", "dataclasses.dataclass"),
        ("common/seal.py", "nacl.public.PrivateKey"),
        ("common/sample.py", "random.Random"),
        ("hub/server.py", "zmq"),
        ("hub/wiring/sockets.py", "zmq"),
        ("hub/store.py", "peewee.Model"),
        ("hub/cli.py", "click"),
        ("kiosk/link.py", "zmq.Context"),
        ("kiosk/screens/till.py", "kivy.clock.Clock"),
        ("kiosk/screens/till.py", "kiosk.views.TillView"),
        ("kiosk/screens/till.py", "functools.partial"),
        ("kiosk/screens/till.py", "common.money.format_cents"),
        # A name that only begins like a forbidden one.
        ("hub/pipeline.py", "zmqlike"),
    ],
)
def test_what_is_allowed_breaks_no_rule(path: str, module: str) -> None:
    assert [rule.name for rule in RULES if rule.forbids(path, module)] == []
