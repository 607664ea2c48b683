"""The hub's tables as peewee models: the schema, and the reading side of what is not hot.

Owns names, types, keys and indexes. Text ids are UUIDv7 in hex; amounts are integer cents,
quantities integer thousandths, times milliseconds since 1970 UTC. Hot statements stand in
`hub/records`; nothing here decides anything.
"""

from functools import cache
from typing import Any, Final

from peewee import (  # type: ignore[attr-defined] # its stubs leave sort_models out
    SQL,
    BigIntegerField,
    BlobField,
    CompositeKey,
    DatabaseProxy,
    IntegerField,
    Model,
    SchemaManager,
    SqliteDatabase,
    TextField,
    sort_models,
)

SCHEMA_VERSION: Final = 13
database: Final = DatabaseProxy()
"""Bound by `Store.open`; a process opens one hub database."""


class Table(Model):
    """Strict types: a text in an amount's column is an error, not a surprise."""

    class Meta:
        database = database
        strict_tables = True
        legacy_table_names = False


class Meta(Table):
    """Single values: schema version, epoch, gseq, shop."""

    name = TextField(primary_key=True)
    value = TextField()


class Device(Table):
    """An enrolled post. Keys: 32 bytes. `state`: active or revoked."""

    id = TextField(primary_key=True)
    number = IntegerField(unique=True)
    name = TextField()
    profile = TextField()
    state = TextField()
    curve_key = BlobField(unique=True)
    sign_key = BlobField()
    enrolled_ms = BigIntegerField()
    seen_ms = BigIntegerField(null=True)


class Revocation(Table):
    """A post was taken out of the shop, for the `admission`th time counted from 0, and by whom.

    `ended_ms`: when it was let in again; NULL while it is out.
    """

    device_id = TextField()
    admission = IntegerField()
    revoked_ms = BigIntegerField()
    revoked_by = TextField()
    ended_ms = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("device_id", "admission")
        without_rowid = True


class NewKey(Table):
    """A post is to have a new CURVE key; `curve_key` is let in beside the old one until the post
    comes by it, NULL while the post has not offered one."""

    device_id = TextField(primary_key=True)
    asked_ms = BigIntegerField()
    curve_key = BlobField(null=True)


class Outbox(Table):
    """How far each outbox was taken; `last_n` moves in the transaction of its command."""

    id = TextField(primary_key=True)
    device_id = TextField(index=True)
    last_n = BigIntegerField()
    acked = BigIntegerField()


class StoredReply(Table):
    """Replies that a kiosk may still ask for again."""

    outbox_id = TextField()
    n = BigIntegerField()
    body_hash = BlobField()
    body = BlobField()

    class Meta:
        table_name = "reply"
        primary_key = CompositeKey("outbox_id", "n")
        without_rowid = True


class Quarantine(Table):
    """Commands that could not be accepted as they stood, by their bytes.

    `outcome`: accepted (tried again, and taken then) or closed (by hand, without effect); NULL
    while it lies here, as is `ended_ms`.
    """

    outbox_id = TextField()
    n = BigIntegerField()
    body_hash = BlobField()
    schema = IntegerField()
    body = BlobField()
    code = TextField()
    received_ms = BigIntegerField()
    outcome = TextField(null=True)
    ended_ms = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("outbox_id", "n", "body_hash")
        without_rowid = True


class TakenRequest(Table):
    """Ids of requests that took effect: one that comes again under another n has none."""

    id = TextField(primary_key=True)


class Gap(Table):
    """Operations that a restored hub cannot get back: their kiosk had dropped them."""

    outbox_id = TextField()
    first_n = BigIntegerField()
    last_n = BigIntegerField()
    noted_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("outbox_id", "first_n")
        without_rowid = True


class Backup(Table):
    """A verified copy of this database, as it was when the copy was made."""

    id = TextField(primary_key=True)
    made_ms = BigIntegerField(index=True)
    file = TextField()
    size_bytes = BigIntegerField()
    epoch = TextField()
    gseq = BigIntegerField()


class BackupCover(Table):
    """Up to which n a backup holds an outbox's operations."""

    backup_id = TextField()
    outbox_id = TextField()
    last_n = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("backup_id", "outbox_id")
        without_rowid = True


class LiveRow(Table):
    """What a follower of a topic holds now: the canonical bytes as they were published."""

    topic = TextField()
    key = TextField()
    row = BlobField()

    class Meta:
        primary_key = CompositeKey("topic", "key")
        without_rowid = True


class ChangeLog(Table):
    """Every change of every topic, in order; `row` is NULL where the row went."""

    topic = TextField()
    tseq = BigIntegerField()
    gseq = BigIntegerField()
    key = TextField()
    row = BlobField(null=True)
    outbox_id = TextField()
    n = BigIntegerField()

    class Meta:
        table_name = "change"
        primary_key = CompositeKey("topic", "tseq")
        without_rowid = True


class TopicHead(Table):
    """Where a topic stands; `low`: the log reaches changes after it. `digest`: 64 hex."""

    topic = TextField(primary_key=True)
    tseq = BigIntegerField()
    low = BigIntegerField()
    digest = TextField()


class Category(Table):
    """A family of articles. `parent_id`: the one that it is a part of, "" for none."""

    id = TextField(primary_key=True)
    name = TextField()
    colour = TextField()
    rank = IntegerField()
    parent_id = TextField(constraints=[SQL("DEFAULT ''")])
    picture = TextField(constraints=[SQL("DEFAULT ''")], index=True)

    class Meta:
        indexes = ((("parent_id", "name"), True),)


class RemovedCategory(Table):
    """A category that was removed, by the name that it had then. `into_id`: the one that is there
    instead, which an article goes to that a till made for it before it knew."""

    id = TextField(primary_key=True)
    name = TextField()
    into_id = TextField()
    removed_ms = BigIntegerField()


class Article(Table):
    """What the shop sells."""

    id = TextField(primary_key=True)
    name = TextField()
    category_id = TextField(index=True)
    price_cents = BigIntegerField()
    vat_bp = IntegerField()
    active = IntegerField()
    picture = TextField(constraints=[SQL("DEFAULT ''")], index=True)


class Picture(Table):
    """A picture by the hash of its bytes, as long as an article or a category names it."""

    id = TextField(primary_key=True)
    content = BlobField()
    size_bytes = IntegerField()


class Barcode(Table):
    """A code and the article it means; `rank` 0 is the main one."""

    code = TextField(primary_key=True)
    article_id = TextField(index=True)
    rank = IntegerField()


class ScheduledPrice(Table):
    """What an article costs from a moment on; the row goes when that is so."""

    id = TextField(primary_key=True)
    article_id = TextField()
    price_cents = BigIntegerField()
    from_ms = BigIntegerField(index=True)

    class Meta:
        indexes = ((("article_id", "from_ms"), True),)


class StockLevel(Table):
    """The sum of a location's movements of an article, kept beside them."""

    article_id = TextField()
    location_id = TextField()
    quantity_milli = BigIntegerField()
    minimum_milli = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("article_id", "location_id")
        without_rowid = True


class StockMovement(Table):
    """The ledger of stock: deltas, never overwritten. `source_id`: ticket, receipt, import."""

    id = TextField(primary_key=True)
    article_id = TextField(index=True)
    location_id = TextField()
    delta_milli = BigIntegerField()
    reason = TextField()
    source_id = TextField()
    at_ms = BigIntegerField()


class Ticket(Table):
    """A sale; `body` is the ticket's JSON as the till made it."""

    id = TextField(primary_key=True)
    series = TextField()
    number = BigIntegerField()
    device_id = TextField()
    business_date = TextField()
    at_ms = BigIntegerField()
    received_ms = BigIntegerField()
    total_cents = BigIntegerField()
    body = BlobField()

    class Meta:
        indexes = ((("series", "number"), False), (("business_date", "device_id"), False))


class TicketLine(Table):
    """A line of a ticket, for queries; what is signed is the ticket's body."""

    ticket_id = TextField()
    position = IntegerField()
    article_id = TextField()
    label = TextField()
    quantity_milli = BigIntegerField()
    unit_price_cents = BigIntegerField()
    vat_bp = IntegerField()
    total_cents = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "position")
        without_rowid = True


class TicketPayment(Table):
    """A payment of a ticket."""

    ticket_id = TextField()
    position = IntegerField()
    method = TextField()
    amount_cents = BigIntegerField()
    given_cents = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "position")
        without_rowid = True


class Refund(Table):
    """Which ticket another one gives back, as its paper names it; `original_id`: "" by paper alone.

    What is signed is the refund's record.
    """

    ticket_id = TextField(primary_key=True)
    original_id = TextField()
    series = TextField()
    number = BigIntegerField()
    business_date = TextField()
    reason = TextField()

    class Meta:
        indexes = ((("series", "number"), False),)


class Parked(Table):
    """A basket that was put aside; `body` is its JSON as the till made it, NULL once it is over.

    `holder_id`: the till that has it in hand since `held_ms`, or had it last; `outcome`: sold,
    dropped, or parked again under another id, NULL while it goes on. `also_id`: another till
    that took it as well.
    """

    id = TextField(primary_key=True)
    device_id = TextField()
    received_ms = BigIntegerField()
    body = BlobField(null=True)
    holder_id = TextField()
    held_ms = BigIntegerField()
    outcome = TextField(null=True)
    also_id = TextField()


class Takings(Table):
    """What a till took on a business date: running sums, as JSON by method and by rate."""

    business_date = TextField()
    device_id = TextField()
    tickets = IntegerField()
    total_cents = BigIntegerField()
    by_method = TextField()
    by_vat_bp = TextField()

    class Meta:
        primary_key = CompositeKey("business_date", "device_id")
        without_rowid = True


class GoodsReceipt(Table):
    """A delivery; `body` is its JSON as the depot made it."""

    id = TextField(primary_key=True)
    device_id = TextField()
    at_ms = BigIntegerField()
    received_ms = BigIntegerField()
    body = BlobField()


class Alert(Table):
    """Something a manager should know."""

    id = TextField(primary_key=True)
    at_ms = BigIntegerField(index=True)
    code = TextField()
    subject = TextField()
    device_name = TextField()


class Person(Table):
    """Somebody who works here, or did. `role`: of `common.people.Role`; `active`: 0 or 1."""

    id = TextField(primary_key=True)
    name = TextField()
    role = TextField()
    active = IntegerField()


class Pin(Table):
    """By what a person's PIN is known again: Argon2id, salted, with a pepper that is not here."""

    person_id = TextField(primary_key=True)
    verifier = TextField()
    set_ms = BigIntegerField()


class PinAttempt(Table):
    """Wrong PINs in a row of a person at a device; device "": at all where it never was right.

    `person_id` "": of people that do not exist. `right_ms`: when it last was right there.
    """

    person_id = TextField()
    device_id = TextField()
    failures = IntegerField()
    last_ms = BigIntegerField()
    right_ms = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("person_id", "device_id")
        without_rowid = True


class Session(Table):
    """A person logged in on a device. `token`: hash of what the device has; `role`: of then."""

    token = BlobField(primary_key=True)
    person_id = TextField(index=True)
    device_id = TextField(index=True)
    role = TextField()
    opened_ms = BigIntegerField()
    expires_ms = BigIntegerField()
    ended_ms = BigIntegerField(null=True)


class Permission(Table):
    """One action of `kind` that `person_id` allowed to a session. `token`: as of a session."""

    token = BlobField(primary_key=True)
    session_token = BlobField()
    person_id = TextField()
    kind = TextField()
    expires_ms = BigIntegerField(index=True)
    used_ms = BigIntegerField(null=True)


class Customer(Table):
    """Somebody who is named on tickets. `active`: 0 or 1."""

    id = TextField(primary_key=True)
    name = TextField()
    phone = TextField()
    email = TextField()
    address = TextField()
    note = TextField()
    vat_number = TextField()
    siret = TextField()
    active = IntegerField()


class ErasedCustomer(Table):
    """A customer who was erased: all that is left of them, so that nothing brings them back."""

    id = TextField(primary_key=True)
    erased_ms = BigIntegerField()


class CustomerOpening(Table):
    """Who the customer on a ticket was when it was paid, and the salt (32 bytes, hex) of the
    commitment that stands in its record. Gone with the customer."""

    ticket_id = TextField(primary_key=True)
    customer_id = TextField(index=True)
    salt = TextField()
    body = TextField()


class AuditEntry(Table):
    """Who did what on which device, in order. Never changed; only the oldest are ever cut.

    `chain`: hash of the entry and of the chain of the one before it.
    """

    id = BigIntegerField(primary_key=True)
    at_ms = BigIntegerField()
    device_id = TextField()
    person_id = TextField()
    action = TextField()
    subject = TextField()
    code = TextField()
    details = TextField()
    chain = BlobField()

    class Meta:
        indexes = ((("device_id", "code", "at_ms"), False),)


class Journal(Table):
    """A line of the journal, by its canonical bytes; appended and never changed.

    `record`: a till's record as it was signed, or a ticket of a till that signs none. `chain`,
    `record_seq`, `record_type`, `type_seq`: its place in the till's chain, where it takes one in
    or goes on from it; no more than an index of what the bytes say.
    """

    seq = BigIntegerField(primary_key=True)
    type = TextField()
    chain = TextField(null=True)
    record_seq = BigIntegerField(null=True)
    record_type = TextField(null=True)
    type_seq = BigIntegerField(null=True)
    entry = BlobField()
    digest = TextField()
    record = BlobField(null=True)

    class Meta:
        indexes = ((("chain", "record_seq"), False),)


class JournalSeal(Table):
    """The hub's signature under a line, which stands for all lines before it."""

    seq = BigIntegerField(primary_key=True)
    body = TextField()
    signatures = TextField()


_PURGED: Final = (
    "(SELECT coalesce(max(json_extract(CAST(entry AS TEXT), '$.data.last')), 0) FROM \"journal\""
    " WHERE type = 'purge' AND type <> 'taken')"
)
"""Up to which line a purge's own line says that records were taken out."""


def _append_only(table: str, stays: str) -> tuple[str, ...]:
    """Return the triggers by which a table takes nothing but rows after its last one.

    And lets none go but those of before a purge; not those either of which `stays` is true.
    """
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return (
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE ON "{table}" {refuse}',
        (
            f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}"'
            f" WHEN {stays} OLD.seq > {_PURGED} {refuse}"
        ),
        # REPLACE deletes without asking a trigger: what is there already is refused before it.
        (
            f'CREATE TRIGGER "{table}_no_insert" BEFORE INSERT ON "{table}"'
            f' WHEN NEW.seq <= (SELECT max(seq) FROM "{table}") {refuse}'
        ),
    )


GUARDS: Final = (
    *_append_only("journal", "OLD.record IS NULL OR"),
    *_append_only("journal_seal", ""),
    # What is seldom is looked for by its type; of the rest there is far too much.
    """CREATE INDEX "journal_own" ON "journal" ("type") WHERE "type" <> 'taken'""",
    (
        'CREATE INDEX "journal_seldom" ON "journal" ("chain", "record_type", "type_seq")'
        """ WHERE "record_type" <> 'sale'"""
    ),
)
"""What stands over the journal's tables, beside what peewee makes."""


TABLES: Final[tuple[type[Any], ...]] = (
    Meta,
    Device,
    Revocation,
    NewKey,
    Outbox,
    StoredReply,
    Quarantine,
    TakenRequest,
    Gap,
    Backup,
    BackupCover,
    LiveRow,
    ChangeLog,
    TopicHead,
    Category,
    RemovedCategory,
    Article,
    Picture,
    Barcode,
    ScheduledPrice,
    StockLevel,
    StockMovement,
    Ticket,
    TicketLine,
    TicketPayment,
    Refund,
    Parked,
    Takings,
    GoodsReceipt,
    Alert,
    Person,
    Pin,
    PinAttempt,
    Session,
    Permission,
    Customer,
    ErasedCustomer,
    CustomerOpening,
    AuditEntry,
    Journal,
    JournalSeal,
)
TRIGGERS: Final = (
    (
        "CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry"
        " BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END"
    ),
    (
        "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry WHEN OLD.id >"
        " (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE name = 'audit_low')"
        " BEGIN SELECT RAISE(ABORT, 'only the oldest audit entries are cut'); END"
    ),
)
"""What the tables themselves hold up: `audit_low` in `meta` says up to where entries were cut."""


def create(made: Any) -> None:
    """Make all tables and triggers in an empty database, peewee's."""
    for statement in (*_making(), *TRIGGERS, *GUARDS):
        made.execute_sql(statement)


@cache
def _making() -> tuple[str, ...]:
    """Return the statements by which peewee makes the tables and their indexes: put together by it
    once, for they are always the same."""
    said: list[str] = []
    memory = SqliteDatabase(":memory:")
    try:
        memory.connection().set_trace_callback(said.append)  # type: ignore[no-untyped-call]
        for model in sort_models(TABLES):
            SchemaManager(model, memory).create_all()
    finally:
        memory.close()
    return tuple(said)
