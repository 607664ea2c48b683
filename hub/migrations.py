"""From one schema to the next: what a newer hub does to an older database, once, when it opens it.

Owns the statements of each step. A step stands in the transaction that also writes its version, so
a database is of one schema or of the next, never in between. What a step makes is, to the letter,
what `tables` makes of a new database: a test compares the two.
"""

from collections.abc import Mapping
from typing import Any, Final

from hub import tables

STEPS: Final[Mapping[int, tuple[str, ...]]] = {
    2: (
        'CREATE TABLE "taken_request" ("id" TEXT NOT NULL PRIMARY KEY) STRICT',
        (
            'CREATE TABLE "gap" ("outbox_id" TEXT NOT NULL, "first_n" INTEGER NOT NULL,'
            ' "last_n" INTEGER NOT NULL, "noted_ms" INTEGER NOT NULL,'
            ' PRIMARY KEY ("outbox_id", "first_n")) STRICT, WITHOUT ROWID'
        ),
        (
            'CREATE TABLE "backup" ("id" TEXT NOT NULL PRIMARY KEY, "made_ms" INTEGER NOT NULL,'
            ' "file" TEXT NOT NULL, "size_bytes" INTEGER NOT NULL, "epoch" TEXT NOT NULL,'
            ' "gseq" INTEGER NOT NULL) STRICT'
        ),
        'CREATE INDEX "backup_made_ms" ON "backup" ("made_ms")',
        (
            'CREATE TABLE "backup_cover" ("backup_id" TEXT NOT NULL, "outbox_id" TEXT NOT NULL,'
            ' "last_n" INTEGER NOT NULL,'
            ' PRIMARY KEY ("backup_id", "outbox_id")) STRICT, WITHOUT ROWID'
        ),
        # Made anew rather than altered, so that it reads like that of a new database.
        'ALTER TABLE "quarantine" RENAME TO "quarantine_1"',
        (
            'CREATE TABLE "quarantine" ("outbox_id" TEXT NOT NULL, "n" INTEGER NOT NULL,'
            ' "body_hash" BLOB NOT NULL, "schema" INTEGER NOT NULL, "body" BLOB NOT NULL,'
            ' "code" TEXT NOT NULL, "received_ms" INTEGER NOT NULL, "outcome" TEXT,'
            ' "ended_ms" INTEGER,'
            ' PRIMARY KEY ("outbox_id", "n", "body_hash")) STRICT, WITHOUT ROWID'
        ),
        (
            "INSERT INTO quarantine (outbox_id, n, body_hash, schema, body, code, received_ms)"
            " SELECT outbox_id, n, body_hash, schema, body, code, received_ms FROM quarantine_1"
        ),
        "DROP TABLE quarantine_1",
        "INSERT INTO meta (name, value) SELECT 'epoch_again', value FROM meta WHERE name = 'epoch'",
    ),
    3: (
        (
            'CREATE TABLE "person" ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL,'
            ' "role" TEXT NOT NULL, "active" INTEGER NOT NULL) STRICT'
        ),
        (
            'CREATE TABLE "pin" ("person_id" TEXT NOT NULL PRIMARY KEY, "verifier" TEXT NOT NULL,'
            ' "set_ms" INTEGER NOT NULL) STRICT'
        ),
        (
            'CREATE TABLE "pin_attempt" ("person_id" TEXT NOT NULL, "device_id" TEXT NOT NULL,'
            ' "failures" INTEGER NOT NULL, "last_ms" INTEGER NOT NULL, "right_ms" INTEGER,'
            ' PRIMARY KEY ("person_id", "device_id")) STRICT, WITHOUT ROWID'
        ),
        (
            'CREATE TABLE "session" ("token" BLOB NOT NULL PRIMARY KEY, "person_id" TEXT NOT NULL,'
            ' "device_id" TEXT NOT NULL, "role" TEXT NOT NULL, "opened_ms" INTEGER NOT NULL,'
            ' "expires_ms" INTEGER NOT NULL, "ended_ms" INTEGER) STRICT'
        ),
        'CREATE INDEX "session_person_id" ON "session" ("person_id")',
        'CREATE INDEX "session_device_id" ON "session" ("device_id")',
        (
            'CREATE TABLE "permission" ("token" BLOB NOT NULL PRIMARY KEY,'
            ' "session_token" BLOB NOT NULL, "person_id" TEXT NOT NULL, "kind" TEXT NOT NULL,'
            ' "expires_ms" INTEGER NOT NULL, "used_ms" INTEGER) STRICT'
        ),
        'CREATE INDEX "permission_expires_ms" ON "permission" ("expires_ms")',
        (
            'CREATE TABLE "audit_entry" ("id" INTEGER NOT NULL PRIMARY KEY,'
            ' "at_ms" INTEGER NOT NULL, "device_id" TEXT NOT NULL, "person_id" TEXT NOT NULL,'
            ' "action" TEXT NOT NULL, "subject" TEXT NOT NULL, "code" TEXT NOT NULL,'
            ' "details" TEXT NOT NULL, "chain" BLOB NOT NULL) STRICT'
        ),
        (
            'CREATE INDEX "audit_entry_device_id_code_at_ms" ON "audit_entry"'
            ' ("device_id", "code", "at_ms")'
        ),
        *tables.TRIGGERS,
        (
            "INSERT INTO topic_head (topic, tseq, low, digest)"
            f" VALUES ('people', 0, 0, '{'0' * 64}') ON CONFLICT (topic) DO NOTHING"
        ),
    ),
    4: (
        (
            'CREATE TABLE "journal" ("seq" INTEGER NOT NULL PRIMARY KEY, "type" TEXT NOT NULL,'
            ' "chain" TEXT, "record_seq" INTEGER, "record_type" TEXT, "type_seq" INTEGER,'
            ' "entry" BLOB NOT NULL, "digest" TEXT NOT NULL, "record" BLOB) STRICT'
        ),
        'CREATE INDEX "journal_chain_record_seq" ON "journal" ("chain", "record_seq")',
        (
            'CREATE TABLE "journal_seal" ("seq" INTEGER NOT NULL PRIMARY KEY,'
            ' "body" TEXT NOT NULL, "signatures" TEXT NOT NULL) STRICT'
        ),
        *tables.GUARDS,
    ),
    5: (
        (
            'CREATE TABLE "revocation" ("device_id" TEXT NOT NULL, "admission" INTEGER NOT NULL,'
            ' "revoked_ms" INTEGER NOT NULL, "revoked_by" TEXT NOT NULL, "ended_ms" INTEGER,'
            ' PRIMARY KEY ("device_id", "admission")) STRICT, WITHOUT ROWID'
        ),
        (
            'CREATE TABLE "new_key" ("device_id" TEXT NOT NULL PRIMARY KEY,'
            ' "asked_ms" INTEGER NOT NULL, "curve_key" BLOB) STRICT'
        ),
    ),
    6: (
        (
            'CREATE TABLE "refund" ("ticket_id" TEXT NOT NULL PRIMARY KEY,'
            ' "original_id" TEXT NOT NULL, "series" TEXT NOT NULL, "number" INTEGER NOT NULL,'
            ' "business_date" TEXT NOT NULL, "reason" TEXT NOT NULL) STRICT'
        ),
        'CREATE INDEX "refund_series_number" ON "refund" ("series", "number")',
    ),
    7: (
        # As a new database has them since: they let go what a purge has an archive of.
        'DROP TRIGGER "journal_no_delete"',
        'DROP TRIGGER "journal_seal_no_delete"',
        *(guard for guard in tables.GUARDS if "_no_delete" in guard),
    ),
    8: (
        (
            'CREATE TABLE "parked" ("id" TEXT NOT NULL PRIMARY KEY, "device_id" TEXT NOT NULL,'
            ' "received_ms" INTEGER NOT NULL, "body" BLOB, "holder_id" TEXT NOT NULL,'
            ' "held_ms" INTEGER NOT NULL, "outcome" TEXT, "also_id" TEXT NOT NULL) STRICT'
        ),
        (
            "INSERT INTO topic_head (topic, tseq, low, digest)"
            f" VALUES ('parked', 0, 0, '{'0' * 64}') ON CONFLICT (topic) DO NOTHING"
        ),
    ),
    9: (
        (
            'CREATE TABLE "customer" ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL,'
            ' "phone" TEXT NOT NULL, "email" TEXT NOT NULL, "address" TEXT NOT NULL,'
            ' "note" TEXT NOT NULL, "vat_number" TEXT NOT NULL, "siret" TEXT NOT NULL,'
            ' "active" INTEGER NOT NULL) STRICT'
        ),
        (
            'CREATE TABLE "erased_customer" ("id" TEXT NOT NULL PRIMARY KEY,'
            ' "erased_ms" INTEGER NOT NULL) STRICT'
        ),
        (
            'CREATE TABLE "customer_opening" ("ticket_id" TEXT NOT NULL PRIMARY KEY,'
            ' "customer_id" TEXT NOT NULL, "salt" TEXT NOT NULL, "body" TEXT NOT NULL) STRICT'
        ),
        ('CREATE INDEX "customer_opening_customer_id" ON "customer_opening" ("customer_id")'),
        (
            "INSERT INTO topic_head (topic, tseq, low, digest)"
            f" VALUES ('customers', 0, 0, '{'0' * 64}') ON CONFLICT (topic) DO NOTHING"
        ),
    ),
    10: (
        (
            'CREATE TABLE "scheduled_price" ("id" TEXT NOT NULL PRIMARY KEY,'
            ' "article_id" TEXT NOT NULL, "price_cents" INTEGER NOT NULL,'
            ' "from_ms" INTEGER NOT NULL) STRICT'
        ),
        'CREATE INDEX "scheduled_price_from_ms" ON "scheduled_price" ("from_ms")',
        (
            'CREATE UNIQUE INDEX "scheduled_price_article_id_from_ms" ON "scheduled_price"'
            ' ("article_id", "from_ms")'
        ),
        (
            "INSERT INTO topic_head (topic, tseq, low, digest)"
            f" VALUES ('prices', 0, 0, '{'0' * 64}') ON CONFLICT (topic) DO NOTHING"
        ),
    ),
    11: (
        """ALTER TABLE "category" ADD COLUMN "parent_id" TEXT NOT NULL DEFAULT ''""",
        'DROP INDEX "category_name"',
        ('CREATE UNIQUE INDEX "category_parent_id_name" ON "category" ("parent_id", "name")'),
    ),
    12: (
        """ALTER TABLE "category" ADD COLUMN "picture" TEXT NOT NULL DEFAULT ''""",
        'CREATE INDEX "category_picture" ON "category" ("picture")',
        """ALTER TABLE "article" ADD COLUMN "picture" TEXT NOT NULL DEFAULT ''""",
        'CREATE INDEX "article_picture" ON "article" ("picture")',
        (
            'CREATE TABLE "picture" ("id" TEXT NOT NULL PRIMARY KEY, "content" BLOB NOT NULL,'
            ' "size_bytes" INTEGER NOT NULL) STRICT'
        ),
    ),
    13: (
        (
            'CREATE TABLE "removed_category" ("id" TEXT NOT NULL PRIMARY KEY,'
            ' "name" TEXT NOT NULL, "into_id" TEXT NOT NULL,'
            ' "removed_ms" INTEGER NOT NULL) STRICT'
        ),
    ),
}
"""Version → what makes it of the version before."""
OLDEST: Final = min(STEPS) - 1
if STEPS.keys() != set(range(OLDEST + 1, tables.SCHEMA_VERSION + 1)):
    raise ImportError(f"schema {tables.SCHEMA_VERSION} is not reached by {sorted(STEPS)}")


def migrate(db: Any, version: int) -> None:
    """Bring a database of `version` (at least OLDEST) to this release's schema, in one transaction.

    `db`: the driver's connection, without a transaction. Raises the driver's faults, all undone.
    """
    if version == tables.SCHEMA_VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version + 1, tables.SCHEMA_VERSION + 1):
            for statement in STEPS[step]:
                db.execute(statement)
        db.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (str(tables.SCHEMA_VERSION),))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
