"""Why a file is not taken, in words for whoever sent it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TOO_LARGE = _("%(name)s is larger than 10 MB.")
EMPTY = _("%(name)s is empty.")
UNKNOWN = _(
    "%(name)s cannot be taken: send pictures (PNG, JPEG, WebP, GIF), PDF, documents (DOCX, XLSX, PPTX, ODT, ODS, ODP), "
    "plain text, or a ZIP of these."
)
BROKEN = _("%(name)s is damaged, or not the picture it seems to be.")
TOO_MANY_PIXELS = _("%(name)s is too large a picture. Make it smaller and send it again.")
BROKEN_ARCHIVE = _("%(name)s is damaged or locked with a password, so we cannot check it.")
UNFOLDS = _("%(name)s holds too much or too many files. Send them in several parts.")
HAS_MACROS = _("%(name)s holds macros or embedded programs. Save it without them, or as PDF, and send it again.")
IS_LINKED = _(
    "%(name)s shows pictures, tables or other things from elsewhere. Embed or remove them, or save it as PDF, "
    "and send it again."
)
HOLDS_OTHER = _(
    "%(name)s holds a file that we do not take. It may hold pictures, PDF, documents and plain text, "
    "and no other archive."
)


class Refused(Exception):
    """The file is not taken. ``message`` says why, with the file's name, translated when it is shown."""

    def __init__(self, message: str | Promise, name: str) -> None:
        super().__init__(str(message) % {"name": name})
        self.template, self.name = message, name

    @property
    def message(self) -> str:
        return str(self.template) % {"name": self.name}
