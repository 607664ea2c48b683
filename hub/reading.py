"""A hub's database file read beside a hub that may run: one moment of it, and nothing written."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hub.store import FAULTS, Connection, StoreError, fault, open_to_read


@contextmanager
def reading(path: Path, *odd: type[Exception]) -> Iterator[Connection]:
    """Yield a connection that sees the file as of now.

    `odd`: what reading raises, too, where the file holds what it should not. Raises StoreError.
    """
    if not path.exists():
        raise StoreError("database_missing", file=path)
    try:
        with closing(open_to_read(path)) as db:
            db.execute("BEGIN")
            yield db
    except (*FAULTS, *odd) as error:
        raise fault(path, error) from error
