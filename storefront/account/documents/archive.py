"""All documents of a period as one ZIP, made within limits."""

from __future__ import annotations

import logging
import shutil
import zipfile
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from storefront.account.documents.files import dated_name, file_names
from storefront.billing.documents.models import Document

logger = logging.getLogger(__name__)

#: Of one archive. A PDF has some 60 kB.
MOST_DOCUMENTS = 300
MOST_BYTES = 60 * 1024 * 1024
#: Above so many bytes it is made on disk.
_IN_MEMORY = 4 * 1024 * 1024


class TooMuch(Exception):
    """More than one archive holds; the words tell the customer."""


def packed(documents: QuerySet[Document]) -> IO[bytes]:
    """The ZIP, open at its beginning, names in the active language. PDFs are compressed already: they are stored.

    Raises TooMuch.
    """
    found = list(documents[: MOST_DOCUMENTS + 1])
    if len(found) > MOST_DOCUMENTS:
        raise TooMuch(_("These are more than %(most)d documents. Choose a shorter period.") % {"most": MOST_DOCUMENTS})
    made: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the response closes it
    left = MOST_BYTES
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for document in found:
            for file, name in file_names(document):
                left -= _added(archive, file, dated_name(document, name))
                if left < 0:
                    raise TooMuch(_("These documents are too large for one file. Choose a shorter period."))
    made.seek(0)
    return made


def _added(archive: zipfile.ZipFile, file: FieldFile, name: str) -> int:
    """Returns how many bytes it has. A file that is gone is left out: the others are still wanted."""
    try:
        with file.open("rb") as source, archive.open(name, "w") as target:
            shutil.copyfileobj(source, target)
    except FileNotFoundError:
        logger.error("the file %s of a document is gone", file.name)
        return 0
    return archive.getinfo(name).file_size
