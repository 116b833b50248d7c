"""Files of statements are needed no more once their lines are rows; they also name people who are no customers."""

from __future__ import annotations

from datetime import timedelta

from storefront.billing.bank_statements.models import FileStatus, StatementFile
from storefront.billing.bank_statements.models.files import FOLDER
from storefront.core import clock
from storefront.core.retention import delete_lost_files

#: Days after a file was dealt with.
KEEP = timedelta(days=400)
BATCH = 200


def clear_files() -> int:
    """The worker's job: delete the contents of old files, whose hash, checks and lines stay, and files whose row was
    never stored. Returns how many."""
    done = StatementFile.objects.filter(
        status__in=(FileStatus.DONE, FileStatus.REFUSED), finished_at__lt=clock.now() - KEEP
    )
    found = list(done.exclude(file="").order_by("pk")[:BATCH])
    for each in found:
        each.file.delete(save=False)
        StatementFile.objects.filter(pk=each.pk).update(file="")
    return len(found) + delete_lost_files(FOLDER, _known)


def _known(names: list[str]) -> set[str]:
    return set(StatementFile.objects.filter(file__in=names).values_list("file", flat=True))
