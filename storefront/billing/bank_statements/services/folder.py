"""A folder into which a bank's program puts its files: the worker takes them in and moves them on.

``done`` holds what was taken in (or came before), ``refused`` what is no statement at all. A file that was not
changed for some seconds counts as complete.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from storefront.billing.bank_statements.errors import AlreadyImported, FileTooLarge
from storefront.billing.bank_statements.models import CsvMapping, FileSource
from storefront.billing.bank_statements.services import importing
from storefront.core import clock
from storefront.formats.bank_statements import MAX_BYTES, format_of

logger = logging.getLogger(__name__)
QUIET = timedelta(seconds=10)
MOST = 50  # files taken in one run
DONE, REFUSED = "done", "refused"


def take_in_new() -> int:
    """The worker's job. Returns how many files were taken in; 0 where no folder is set."""
    if not settings.STATEMENT_FOLDER:
        return 0
    folder = Path(settings.STATEMENT_FOLDER)
    return sum(_take_in(path) for path in list(_complete(folder))[:MOST])


def _complete(folder: Path) -> Iterator[Path]:
    latest = clock.now() - QUIET
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file() or path.name.startswith(".") or path.suffix in (".part", ".tmp"):
            continue
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) <= latest:
            yield path


def _take_in(path: Path) -> int:
    if path.stat().st_size > MAX_BYTES:
        _move(path, REFUSED)
        return 0
    content = path.read_bytes()
    mapping = None if format_of(content) else _mapping(path.name)
    try:
        importing.take_in(content, name=path.name, source=FileSource.FOLDER, by=None, mapping=mapping)
    except AlreadyImported:
        logger.info("bank statement file %s was imported before", path.name)
    except FileTooLarge:
        _move(path, REFUSED)
        return 0
    _move(path, DONE)
    return 1


def _mapping(name: str) -> CsvMapping | None:
    return next((each for each in CsvMapping.objects.order_by("pk") if each.is_for(name)), None)


def _move(path: Path, folder: str) -> None:
    target = path.parent / folder
    target.mkdir(exist_ok=True)
    new = target / path.name
    if new.exists():
        new = target / f"{path.stem}-{clock.now():%Y%m%d%H%M%S%f}{path.suffix}"
    path.rename(new)
