"""`comptoir-hub rotate-identity`: another key for the hub itself, or one in place of a lost one.

Words only; the hub is stopped meanwhile.
"""

import click
import orjson

from common.i18n import mark
from hub.cli_session import Session


@click.command("rotate-identity")
@click.option("--lost", is_flag=True, help="The key is gone: nobody vouches for the new one.")
@click.option("--yes", is_flag=True, help="Do not ask whether that is meant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def rotate_identity(session: Session, lost: bool, yes: bool, as_json: bool) -> None:
    """Give the hub, which is stopped, another identity; the journal goes on under it.

    Posts follow by a statement of the old key. Where that is lost, nobody can make it: --lost says
    so in the journal, and posts are paired anew when it suits.
    """
    from hub.local import rotate_identity as change

    question = mark("Give the hub another identity? Copy its keys to your key backup afterwards.")
    if lost:
        question = mark("Is the hub's key lost? The journal will say so for good.")
    with session.errors():
        if not yes and not as_json and not click.confirm(session.t(question)):
            return
        done = change(session.folder, lost)
    if as_json:
        print(orjson.dumps(done).decode())
        return
    shown = done["fingerprint"]
    session.say(mark("The hub has another identity: {fingerprint}"), fingerprint=shown)
    session.say(mark("Line {line} of the journal says so."), line=done["line"])
    if not lost:
        session.say(mark("Posts follow it when they next meet the hub."))
        return
    session.say(mark("Posts that are paired know the lost one: pair them anew when it suits."))
    session.say(mark("Give everybody a new PIN: those there were cannot be checked any more."))
    if "curve" in done["made"]:
        session.say(mark("The network key is new as well: posts get in once they are paired anew."))
