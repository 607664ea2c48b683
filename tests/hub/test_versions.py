"""Bits that flip in the head of the hub's file: SQLite would only say that it cannot be written."""

from pathlib import Path

import pytest

from hub.store import Store, StoreError


@pytest.mark.parametrize("place", [18, 19])
def test_a_file_of_no_known_format_is_damaged(tmp_path: Path, place: int) -> None:
    path = tmp_path / "comptoir.db"
    Store.create(path).close()
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1 << 5
    path.write_bytes(raw)
    with pytest.raises(StoreError) as refused:
        Store.open(path)
    assert refused.value.problem.code == "database_damaged"
    assert path.read_bytes() == bytes(raw)
