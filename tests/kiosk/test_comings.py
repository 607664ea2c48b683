"""Who came and who went, from one moment to the next."""

import pytest

from common.errors import Problem
from common.journal.event import What
from common.people import Role
from kiosk.comings import changes
from kiosk.state import At, Who

ENDED = Problem("session_ended")
NOBODY, OPEN = Who(At.NOBODY), Who(At.OPEN)
ANNE = Who(At.ONLINE, "a", "Anne", Role.CASHIER)
ALONE = Who(At.OFFLINE, "a", "Anne", Role.CASHIER)
BERT = Who(At.ONLINE, "b", "Bert", Role.MANAGER)
LOCKED = Who(At.LOCKED, "a", "Anne", Role.CASHIER)
OVER = Who(At.LOCKED, "a", "Anne", Role.CASHIER, ended=ENDED)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (OPEN, NOBODY, []),
        (NOBODY, OPEN, []),
        (NOBODY, ANNE, ["login a"]),
        (NOBODY, ALONE, ["login a"]),
        (ANNE, NOBODY, ["logout a"]),
        (ANNE, BERT, ["logout a", "login b"]),
        (ANNE, LOCKED, ["lock a"]),
        (LOCKED, ANNE, ["login a"]),
        (LOCKED, BERT, ["logout a", "login b"]),
        (LOCKED, NOBODY, ["logout a"]),
        (LOCKED, LOCKED, []),
        (ANNE, OVER, ["logout a session_ended"]),
        (LOCKED, OVER, ["logout a"]),
        (OVER, ANNE, ["login a"]),
        (OVER, NOBODY, []),
        (ALONE, ANNE, ["login a"]),
        (ANNE, ANNE, ["login a"]),
    ],
)
def test_each_change_is_told(before: Who, after: Who, told: list[str]) -> None:
    found = [
        f"{what} {details['person']} {details.get('how', '')}".rstrip()
        for what, details in changes(before, after)
    ]
    assert found == told


def test_a_log_in_says_as_what_and_whether_the_hub_was_asked() -> None:
    ((what, details),) = changes(NOBODY, ALONE)
    assert what is What.LOGIN
    assert details == {"person": "a", "name": "Anne", "role": "cashier", "offline": 1}
