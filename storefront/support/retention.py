"""Files whose message was never stored: they were written before a transaction that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from storefront.core import clock
from storefront.support.models import Attachment
from storefront.support.models.files import FOLDER

#: No transaction takes longer.
AGE = timedelta(days=1)
#: Names that are looked for at once.
AT_ONCE = 500


def clear_lost_files() -> int:
    """The worker's job: delete files of tickets that no row names any more. Returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    folders, _files = default_storage.listdir(FOLDER)
    return sum(_clear(f"{FOLDER}/{folder}") for folder in folders)


def _is_older(path: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(path) < moment
    except FileNotFoundError:  # it went with its row just now
        return False


def _clear(folder: str) -> int:
    _folders, files = default_storage.listdir(folder)
    before = clock.now() - AGE
    old = [path for path in (f"{folder}/{file}" for file in files) if _is_older(path, before)]
    done = 0
    for start in range(0, len(old), AT_ONCE):
        some = old[start : start + AT_ONCE]
        known = set(Attachment.objects.filter(file__in=some).values_list("file", flat=True))
        for path in set(some) - known:
            default_storage.delete(path)
            done += 1
    return done
