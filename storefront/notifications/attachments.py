"""Files that go with a mail: named in the outbox, read from the storage when the mail is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives

from storefront.notifications.outbox import PermanentFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file of the default storage: ``path`` there, ``name`` for the reader, its media type."""

    path: str
    name: str
    content_type: str = "application/pdf"


def attach(letter: EmailMultiAlternatives, files: Iterable[AttachedFile]) -> None:
    """Raises PermanentFailure for a file that is gone: the mail promises it."""
    for file in files:
        try:
            with default_storage.open(file.path) as stored:
                letter.attach(file.name, stored.read(), file.content_type)
        except FileNotFoundError as exc:
            raise PermanentFailure(f"the file {file.name} is gone") from exc
