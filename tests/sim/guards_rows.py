"""The safeguards of customers, articles that tills make, and categories: who was erased is nowhere,
a code means one article, the tree has two levels."""

from typing import Final

from tests.sim.guard import Edit, Safeguard

_CATALOGUE: Final = "hub/commands/catalogue.py"
_CATEGORIES: Final = "hub/commands/categories.py"

_CUSTOMERS: Final = (
    Safeguard(
        "erased for good",
        "what comes late of a customer who was erased does not bring them back",
        (
            Edit(
                "hub/commands/customers.py",
                "    if customers.is_erased(work.db, args.customer.id):\n",
                '    if customers.is_erased(work.db, ""):\n',
            ),
        ),
    ),
    Safeguard(
        "forgotten in the log",
        "the log says nothing any more of who was erased",
        (Edit("hub/changes.py", "        self._forgotten.append((topic, key))\n", ""),),
    ),
    Safeguard(
        "forgotten on tickets",
        "who a ticket's customer was goes with the customer",
        (
            Edit(
                "hub/records/customers.py",
                '    db.execute("DELETE FROM customer_opening WHERE customer_id = ?",'
                " (customer_id,))\n",
                "",
            ),
        ),
    ),
    Safeguard(
        "own rows are shown",
        "a post goes on showing the customer and the article that it made",
        (
            Edit("kiosk/pending.py", '    "customer.put": ("customers",),\n', ""),
            Edit("kiosk/pending.py", '    "article.create": ("articles",),\n', ""),
        ),
    ),
)

_ASSORTMENT: Final = (
    Safeguard(
        "one article a code",
        "of two articles that tills made of one code, one is put aside",
        (
            Edit(_CATALOGUE, "        if owner is not None:\n", "        if owner == article:\n"),
            Edit(
                "hub/records/catalogue.py",
                '"INSERT INTO barcode (code',
                '"INSERT OR REPLACE INTO barcode (code',
            ),
        ),
    ),
    Safeguard(
        "no loop",
        "a category is no part of itself",
        (
            Edit(
                _CATEGORIES,
                "    if row.parent_id == row.id or (parent is not None and"
                " parent.parent_id == row.id):\n",
                "    if parent is not None and parent.parent_id == row.id != parent.id:\n",
            ),
        ),
    ),
    Safeguard(
        "two levels",
        "a part of a category has no parts",
        (Edit(_CATEGORIES, "    if parent.parent_id:\n", "    if parent.parent_id == row.id:\n"),),
    ),
    Safeguard(
        "parts stay below",
        "a category that has parts becomes a part of none",
        (
            Edit(
                _CATEGORIES,
                "    if catalogue.count_categories(work.db, row.id):\n",
                "    if catalogue.count_categories(work.db, row.id) > 1000:\n",
            ),
        ),
    ),
    Safeguard(
        "only empty ones",
        "a category in which an article stands is not removed",
        (
            Edit(
                _CATEGORIES,
                "    if standing.articles or standing.parts:\n",
                "    if standing.parts:\n",
            ),
        ),
    ),
    Safeguard(
        "what comes late is filed",
        "what a till makes for a removed category does not wait in quarantine for it",
        (
            Edit(
                _CATEGORIES,
                "    removed = catalogue.removed_category(work.db, article.category_id)\n",
                "    removed = catalogue.removed_category(work.db, article.id)\n",
            ),
        ),
    ),
    Safeguard(
        "later removals are followed",
        "what goes elsewhere goes to a category that is there",
        (
            Edit(
                "hub/records/catalogue.py",
                '    db.execute("UPDATE removed_category SET into_id = ? WHERE into_id = ?",'
                " (into_id, row.id))\n",
                "",
            ),
        ),
    ),
    Safeguard(
        "removed for good",
        "a category that was removed does not come back under its id",
        (
            Edit(
                _CATEGORIES,
                "    if known is None and catalogue.removed_category(work.db, args.category.id):\n",
                "    if known is None and not args.category.id:\n",
            ),
        ),
    ),
)

OF_ROWS: Final = (*_CUSTOMERS, *_ASSORTMENT)
