"""The desk of a post that was taken out of the shop: nothing to do at it but to wait or leave.

Owns nothing but its view; the session goes on knocking at the hub.
"""

from kiosk.desks.desk import Desk
from kiosk.views.revoked import RevokedView, revoked_view


class RevokedDesk(Desk):
    """A desk without anything to sell, receive or look at."""

    def view(self) -> RevokedView | None:
        """Return what is said, None once the post is in the shop again."""
        return revoked_view(
            self.session.state, self.t, self.wall.now_ms(), self.wall.utc_offset_min()
        )
