"""`comptoir-hub import-articles`: progress, rejects file and summary around an import.

Goes through the running hub, so that kiosks see it live; without one it takes the same commands by
the same path in this process, under the hub's lock.
"""

from collections import Counter
from pathlib import Path

from rich.console import Console as Terminal
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TimeElapsedColumn

from common.errors import Problem
from common.i18n import Translator
from hub import article_csv
from hub.article_notices import Notice
from hub.config import read_settings
from hub.folder import ConfigError, Folder
from hub.importing import ImportReport, batches, entries, rejects_path
from hub.key_files import read_keys
from hub.telling import tell_all

SHOWN_NOTICES = 5


def import_file(
    folder: Folder, source: Path, rejects: Path | None, t: Translator, terminal: Terminal
) -> ImportReport:
    """Import a file; raises ArticleFileError before anything is taken, ConfigError, StoreError."""
    read_settings(folder)
    read_keys(folder)
    report = ImportReport()
    with _bar(terminal) as progress:
        task = progress.add_task(source.name, total=None)
        file = article_csv.read(
            source, lambda done, total: progress.update(task, completed=done, total=total)
        )
        commands = batches(entries(file, report), report)
        tell_all(folder, commands, report.note)
    _write_rejects(source, rejects, report, t, terminal)
    _summary(report, t, terminal)
    return report


def _bar(terminal: Terminal) -> Progress:
    return Progress(
        "{task.description}",
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=terminal,
        transient=not terminal.is_terminal,
    )


def _write_rejects(
    source: Path, rejects: Path | None, report: ImportReport, t: Translator, terminal: Terminal
) -> None:
    if not report.rejects:
        return
    # The file that was read is never written, whatever was asked for.
    aside = rejects is not None and rejects.resolve() != source.resolve()
    path = rejects if rejects is not None and aside else rejects_path(source)
    try:
        article_csv.write_rejects(path, report.rejects, t)
    except OSError as error:
        path = Path.cwd() / path.name
        terminal.print(t("{reason}; writing to {path}.", reason=error, path=path), markup=False)
        try:
            article_csv.write_rejects(path, report.rejects, t)
        except OSError as again:
            raise ConfigError("path_unusable", file=path, reason=again) from again
    text = t.n(
        "{count} line was not taken; see {path}.",
        "{count} lines were not taken; see {path}.",
        len(report.rejects),
        path=path,
    )
    terminal.print(text, style="yellow", markup=False, soft_wrap=True)


def _summary(report: ImportReport, t: Translator, terminal: Terminal) -> None:
    kinds = Counter(notice.kind for _, notice in report.odd)
    for kind, count in kinds.most_common():
        lines = [(line, notice) for line, notice in report.odd if notice.kind is kind]
        _show_notices(count, lines, t, terminal)
    for reply in report.refused[:SHOWN_NOTICES]:
        terminal.print(Problem(reply.code, reply.params).text(t), style="red", markup=False)
    text = t.n("{count} line was taken.", "{count} lines were taken.", report.taken)
    terminal.print(text, style="green" if not report.refused else "red", markup=False)


def _show_notices(
    count: int, lines: list[tuple[int, Notice]], t: Translator, terminal: Terminal
) -> None:
    for line, notice in lines[:SHOWN_NOTICES]:
        terminal.print(
            t("Line {line}: {text}", line=line, text=notice.text(t)), markup=False, soft_wrap=True
        )
    if count > SHOWN_NOTICES:
        more = t.n("and {count} more like it", "and {count} more like it", count - SHOWN_NOTICES)
        terminal.print(f"    {more}", style="dim")
