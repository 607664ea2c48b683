"""Strategies for every value that crosses the wire, built from the dataclasses themselves.

Owns how an annotated field (`Annotated[int, Meta(ge=0)]`) becomes a strategy, so that a message
class that is added is tested without a line here.
"""

import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin

from hypothesis import strategies as st
from msgspec import Meta

JSON_INT = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | JSON_INT | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of a type as it stands in an annotation."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        (meta,) = [note for note in arguments[1:] if isinstance(note, Meta)]
        return _limited(arguments[0], meta)
    if origin in (UnionType, typing.Union):
        return st.one_of([values(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=4).map(tuple)
    if origin is list:
        return st.lists(values(arguments[0]), max_size=4)
    if origin in (dict, Mapping):
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=4)
    if is_dataclass(kind):
        return whole(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _PLAIN[kind]


def whole(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for instances of a dataclass, every field within its limits."""
    if kind not in _KNOWN:
        _KNOWN[kind] = _whole_of(kind)
    return _KNOWN[kind]


def _whole_of(kind: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


def _limited(kind: Any, meta: Meta) -> st.SearchStrategy[Any]:
    if meta.pattern is not None:
        return st.from_regex(meta.pattern.replace("$", r"\Z"), fullmatch=True)
    if kind is int:
        return st.integers(_whole(meta.ge), _whole(meta.le))
    if kind is str:
        size = min(meta.max_length or 20, 20)
        return st.text(
            st.characters(exclude_categories=["Cs"]), min_size=meta.min_length or 0, max_size=size
        )
    least = meta.min_length or 0
    if get_origin(kind) in (dict, Mapping):
        keys, items = (values(each) for each in get_args(kind))
        return st.dictionaries(keys, items, min_size=least, max_size=least + 2)
    return st.lists(values(get_args(kind)[0]), min_size=least, max_size=least + 2).map(tuple)


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


_KNOWN: dict[Any, st.SearchStrategy[Any]] = {}
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: JSON_INT,
    str: TEXT,
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    NoneType: st.none(),
    Any: JSON,
}
