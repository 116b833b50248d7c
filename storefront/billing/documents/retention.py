"""Files that are not needed any more: those printed from, and those that no row names. Issued documents stay."""

from __future__ import annotations

from storefront.billing.documents.models import Document, Picture, PrintRun, pictures, prints
from storefront.billing.documents.models import documents as issued
from storefront.billing.documents.print_runs import KEEP
from storefront.core import clock
from storefront.core.retention import delete_in_batches, delete_lost_files


def clear_prints() -> int:
    """The worker's job: delete paper copies made into one file long enough ago. Returns how many."""
    old = PrintRun.objects.filter(asked_at__lt=clock.now() - KEEP)
    for run in old.exclude(file=""):
        run.file.delete(save=False)
    return delete_in_batches(old)


def clear_lost_files() -> int:
    """The worker's job: delete files of documents and pictures whose row was never stored. Returns how many."""
    return (
        delete_lost_files(issued.FOLDER, _of_documents)
        + delete_lost_files(pictures.FOLDER, lambda names: _named(Picture, "file", names))
        + delete_lost_files(prints.FOLDER, lambda names: _named(PrintRun, "file", names))
    )


def _of_documents(names: list[str]) -> set[str]:
    return set().union(*(_named(Document, column, names) for column in ("pdf", "xml", "ubl")))


def _named(model: type[Document | Picture | PrintRun], column: str, names: list[str]) -> set[str]:
    return set(model._default_manager.filter(**{f"{column}__in": names}).values_list(column, flat=True))
