"""Files of messages: read from a form or a mail, checked, stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from storefront.core.uploads import checking, refusals, scanning
from storefront.core.uploads.checking import CheckedFile
from storefront.core.uploads.refusals import Refused
from storefront.support.models import Attachment, Conversation, HeldMail, Message

__all__ = ["CheckedFile", "Refused", "attach", "checked", "read"]


def checked(name: str, content: bytes) -> CheckedFile:
    """One file, as it may be stored. Raises Refused."""
    file = checking.check(name, content)
    scanning.scan(file)
    return file


def read(uploads: Iterable[UploadedFile]) -> list[CheckedFile]:
    """The files of a form. Raises Refused for the first that is not taken; what is too large is not even read."""
    files = []
    for upload in uploads:
        name = upload.name or ""
        if (upload.size or 0) > checking.MOST_BYTES:
            raise Refused(refusals.TOO_LARGE, checking.plain_name(name))
        files.append(checked(name, upload.read(checking.MOST_BYTES + 1)))
    return files


def attach(
    files: Sequence[CheckedFile],
    *,
    conversation: Conversation,
    message: Message | None = None,
    held: HeldMail | None = None,
) -> None:
    """Store the files with a message or a mail that waits, in the caller's transaction."""
    for file in files:
        row = Attachment(
            conversation=conversation, message=message, held=held, name=file.name, content_type=file.content_type,
            size=len(file.content),
        )  # fmt: skip
        row.file.save(file.name, ContentFile(file.content), save=False)
        row.save()
