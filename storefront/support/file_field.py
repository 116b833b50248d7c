"""The field of a form that takes files: several, each checked by ``core.uploads``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from storefront.core.uploads import checking
from storefront.support.services import files


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)  # nothing can be kept: browsers forget files
        return context


class FilesField(forms.FileField):
    """``cleaned_data`` holds a list of CheckedFile. A browser forgets chosen files when a form comes back: say so there
    with ``CHOOSE_AGAIN``. ``is_read``: without it nothing is looked at, for a form that is refused anyway."""

    is_read = True
    widget = FilesInput(attrs={"accept": checking.ACCEPT})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Files"))
        kwargs.setdefault("help_text", checking.KINDS)
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not self.is_read:
            return []
        uploads: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if len(uploads) > checking.MOST_FILES:
            raise ValidationError(_("Send at most %(most)d files at once."), params={"most": checking.MOST_FILES})
        if sum(upload.size or 0 for upload in uploads) > checking.MOST_BYTES_TOGETHER:
            raise ValidationError(_("These files are larger than 25 MB together. Send them in several messages."))
        try:
            return files.read(uploads)
        except files.Refused as refusal:
            raise ValidationError(refusal.message) from None


CHOOSE_AGAIN = _("Please choose your files again: the browser does not keep them.")
