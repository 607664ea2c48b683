"""Pictures of articles and categories. Requests: a picture is looked at before it is taken."""

import base64
import binascii

from common.commands import PictureClear, PictureSet
from common.errors import Refusal
from common.pictures import Pictured
from hub.commands.categories import missing
from hub.picture_making import check
from hub.records import pictures
from hub.work import Work


def put(work: Work, args: PictureSet) -> None:
    """Give an article or a category a picture, instead of the one that it has."""
    _require(work, args.of, args.id)
    try:
        content = base64.b64decode(args.content, validate=True)
    except binascii.Error as error:
        raise Refusal("picture_unfit", reason=str(error)) from error
    check(content)
    _show(work, args.of, args.id, pictures.keep(work.db, content))


def clear(work: Work, args: PictureClear) -> None:
    """Let articles or categories have none, all of them or none of it."""
    for row_id in args.ids:
        _require(work, args.of, row_id)
        _show(work, args.of, row_id, "")


def _require(work: Work, of: Pictured, row_id: str) -> None:
    if pictures.row_of(work.db, of, row_id) is None:
        if of is Pictured.ARTICLES:
            raise Refusal("unknown_article", article=row_id)
        raise missing(work.db, row_id)


def _show(work: Work, of: Pictured, row_id: str, picture: str) -> None:
    pictures.name(work.db, of, row_id, picture)
    row = pictures.row_of(work.db, of, row_id)
    if row is not None:
        work.put(of.value, row)
