"""`docs/protocol.md` against the code: messages, frames, topics, commands, limits, settings."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any, get_args

import pytest

from common import commands, models, money, wire
from common import messages as m
from common.commands import COMMANDS, CommandKind
from common.topic_progress import TopicState
from common.topics import TOPICS, TOPICS_OF, WINDOWED, Profile
from hub.limits import RATES
from hub.queries import QUERIES
from tests.docs import pages

PAGE = pages.text("protocol.md")
# Whose limits are the protocol's: every public number in them stands on the page.
LIMITED = (
    *("common.wire", "common.follower", "common.outgoing", "hub.changes", "hub.pipeline"),
    *("hub.quarantine", "hub.limits", "hub.server", "hub.sync", "hub.pairing", "kiosk.presence"),
    "hub.callers",
    *("common.topic_progress", "kiosk.reasking", "kiosk.room", "kiosk.give_back"),
    *("common.invitation", "kiosk.enrol", "kiosk.found_hubs"),
    *("hub.logins", "hub.login_outcomes", "hub.tries", "hub.authority", "hub.records.trail"),
    *("common.people", "common.journal.witness", "hub.witnesses", "hub.witness_verify"),
    "kiosk.witness",
)
SOCKET_FILES = ("hub/server.py", "hub/console.py", "kiosk/sockets.py")


def names_of(kind: type[Any]) -> list[str]:
    """Return the field names of a dataclass or named tuple."""
    if is_dataclass(kind):
        return [field.name for field in fields(kind)]
    return list(getattr(kind, "_fields", ()))


def message_rows() -> dict[str, list[str]]:
    """Return the rows of the tables of messages by the message's name."""
    found = pages.rows(pages.section(PAGE, "Messages"))
    return {pages.spans(row[1])[0]: row for row in found}


@pytest.mark.parametrize("kind", get_args(m.Message), ids=lambda kind: kind.__name__)
def test_a_message_stands_there_with_its_number_body_and_fields(kind: type[Any]) -> None:
    number, _, body, described = message_rows()[kind.__name__]
    frame = wire._KIND_OF[kind]
    assert int(number) == frame
    assert body == ("binary" if frame in wire._BINARY_KINDS else "JSON")
    assert [name for name in names_of(kind) if name not in pages.spans(described)] == []


def test_no_message_stands_there_that_is_not() -> None:
    kinds = {kind.__name__ for kind in get_args(m.Message)}
    assert set(message_rows()) == kinds
    assert {int(row[0]) for row in message_rows().values()} == set(wire._DECODERS)


@pytest.mark.parametrize(
    "kind",
    [
        value
        for module in (m, commands)
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__ and names_of(value)
    ],
    ids=lambda kind: kind.__name__,
)
def test_every_class_of_the_messages_is_named(kind: type[Any]) -> None:
    if kind is CommandKind:
        return  # The table's own line; its columns are the page's table of commands.
    known = pages.spans(PAGE)
    assert kind.__name__ in known
    assert [name for name in names_of(kind) if name not in known] == []


@pytest.mark.parametrize(
    "name", ["_COMMAND", "_REPLY", "_CHANGES", "_CHANGE", "_CHUNK", "_DELTA", "_LENGTHS"]
)
def test_a_binary_layout_stands_there(name: str) -> None:
    (drawn,) = pages.blocks(pages.section(PAGE, "Frames"), "text")
    assert getattr(wire, name).format in drawn.split()


def test_topics_stand_there_with_who_follows_them() -> None:
    found = {pages.spans(row[0])[0]: row[1:] for row in pages.rows(pages.section(PAGE, "Topics"))}
    order = (Profile.TILL, Profile.DEPOT, Profile.OFFICE, Profile.CONSOLE)
    assert set(found) == set(TOPICS)
    assert set(order) == set(Profile)
    for topic, cells in found.items():
        follows = [topic in TOPICS_OF[profile] for profile in order]
        marks = ["yes" if yes else "" for yes in (*follows, topic in WINDOWED)]
        assert cells == [*marks, f"`{models.ROW_KINDS[topic].__name__}`"]


def test_rows_stand_there_with_their_fields() -> None:
    found = {
        pages.spans(row[0])[0]: pages.spans(row[1])
        for row in pages.rows(pages.section(PAGE, "Rows"))
    }
    kinds = [
        *models.ROW_KINDS.values(),
        *(models.Ticket, models.TicketLine, models.Payment, money.VatLine),
        *(models.Original, models.ParkedTicket, models.ParkedLine, models.CustomerRef),
        *(models.GoodsReceipt, models.ReceiptLine),
    ]
    assert set(found) == {kind.__name__ for kind in kinds}
    for kind in kinds:
        assert [name for name in names_of(kind) if name not in found[kind.__name__]] == []


def test_commands_stand_there_with_schema_nature_and_profiles() -> None:
    found = {pages.spans(row[0])[0]: row[1:] for row in pages.rows(pages.section(PAGE, "Commands"))}
    assert set(found) == set(COMMANDS)
    for kind in COMMANDS.values():
        schema, arguments, nature, profiles, roles, topics = found[kind.name]
        assert schema == ", ".join(str(version) for version in sorted(kind.schemas))
        assert nature == kind.nature.value
        assert set(profiles.split(", ")) == {profile.value for profile in kind.profiles}
        assert set(filter(None, roles.split(", "))) == {role.value for role in kind.roles}
        newest = kind.schemas[kind.schema]
        assert {newest.__name__, *names_of(newest)} <= set(pages.spans(arguments))
        assert set(pages.spans(topics)) <= set(TOPICS)


def test_questions_stand_there() -> None:
    found = {
        pages.spans(row[0])[0]: row[1:] for row in pages.rows(pages.section(PAGE, "Questions"))
    }
    assert set(found) == set(QUERIES)
    for name, kind in QUERIES.items():
        arguments, profiles, _ = found[name]
        assert pages.spans(arguments) == names_of(kind.arguments)
        assert set(profiles.split(", ")) == {profile.value for profile in kind.profiles}


def public_numbers(module: ModuleType) -> Iterator[str]:
    """Yield the names of a module's own public numbers, such as limits and times."""
    assert module.__file__ is not None
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            value = getattr(module, name, None)
            if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) and isinstance(value, int | float):
                yield name


def limits() -> dict[str, float]:
    """Return the page's limits by the full name of each."""
    found = pages.rows(pages.section(PAGE, "Limits"))
    return {pages.spans(row[2])[0]: pages.number(row[1]) for row in found if len(row) == 3}


@pytest.mark.parametrize("name", limits())
def test_a_limit_is_what_the_page_says(name: str) -> None:
    module, _, constant = name.rpartition(".")
    assert getattr(importlib.import_module(module), constant) == limits()[name]


@pytest.mark.parametrize("name", LIMITED)
def test_no_limit_is_left_out(name: str) -> None:
    numbers = public_numbers(importlib.import_module(name))
    left_out = {f"{name}.{each}" for each in numbers} - set(limits())
    assert left_out - {"common.wire.DIGEST_MASK", "hub.limits.MIB"} == set()


def test_what_one_post_may_spend_stands_there() -> None:
    found = [row for row in pages.rows(pages.section(PAGE, "Limits")) if len(row) == 4]
    rates = [
        (pages.spans(name)[0], pages.number(per_s), pages.number(burst), reason)
        for name, per_s, burst, reason in found
    ]
    assert rates == [(rate.name, rate.per_s, rate.burst, rate.reason) for rate in RATES]


def socket_options() -> Iterator[tuple[str, str, str]]:
    """Yield (file, option, literal value or "") of every socket option that the code sets."""
    for name in SOCKET_FILES:
        for node in ast.walk(ast.parse((pages.ROOT / name).read_text("utf-8"))):
            pair: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                pair = node.args if node.func.attr == "set" else []
            elif isinstance(node, ast.Tuple):
                pair = node.elts
            match pair:
                case [ast.Attribute(value=ast.Name(id="zmq"), attr=option), value]:
                    literal = value.value if isinstance(value, ast.Constant) else ""
                    yield name, option, str(literal)


def test_every_socket_option_stands_there_with_its_value() -> None:
    table = {
        option: " ".join(row[1:4])
        for row in pages.rows(pages.section(PAGE, "ZeroMQ settings"))
        for option in pages.spans(row[0])
    }
    set_in_code = list(socket_options())
    assert {option for _, option, _ in set_in_code} == set(table)
    wrong = [
        (file, option, value)
        for file, option, value in set_in_code
        if value and value not in re.findall(r"\d+", table[option])
    ]
    assert wrong == []


def test_the_drawing_has_the_states_of_a_topic() -> None:
    (drawing, *_) = pages.blocks(pages.section(PAGE, "Following"), "mermaid")
    states = set(re.findall(r"\b[A-Z]{4,}\b(?= -->| :)|(?<=--> )[A-Z]+", drawing))
    assert states == {state.name for state in TopicState}
