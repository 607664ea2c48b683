"""A drawer being counted, as the person sees it."""

from dataclasses import dataclass

from common.i18n import Translator


@dataclass(frozen=True, slots=True)
class CellView:
    """One note or coin: `count` as it is typed, `amount`: what these come to. `active`: in hand.

    The amount that is entered beside them has no count.
    """

    name: str
    label: str
    count: str
    amount: str
    active: bool


@dataclass(frozen=True, slots=True)
class CountView:
    """The whole count. `total`: "" where something typed is no amount. `note`: what to know.

    `expected`, `difference`: "" where they are not shown. `take`: what the key says that takes an
    amount as it is, "" for none.
    """

    title: str
    cells: tuple[CellView, ...]
    total: str
    expected: str
    difference: str
    note: str
    take: str


def count_view(
    title: str,
    cells: tuple[CellView, ...],
    total_cents: int | None,
    expected_cents: int | None,
    left_cents: int | None,
    note: str,
    t: Translator,
) -> CountView:
    """Return a count. `expected_cents`: None where that is not shown; `left_cents`: to be taken."""
    difference = None
    if total_cents is not None and expected_cents is not None:
        difference = total_cents - expected_cents
    taken = "" if left_cents is None else t.money(left_cents)
    return CountView(
        title=t(title),
        cells=cells,
        total="" if total_cents is None else t.money(total_cents),
        expected="" if expected_cents is None else t.money(expected_cents),
        difference="" if difference is None else t.money(difference),
        note=note,
        take=t("As left at the last Z: {amount}", amount=taken) if taken else "",
    )
