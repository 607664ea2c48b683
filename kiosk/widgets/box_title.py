"""The head of a box with a list in it: a sign, what is listed, how many."""

from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.kv import load_beside

load_beside(__file__)
