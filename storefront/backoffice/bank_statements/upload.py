"""Files are sent: dropped on the field or chosen, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice.bank_statements.lists import CRUMBS, IMPORT
from storefront.backoffice.pages import trail
from storefront.backoffice.rights import StaffOnly
from storefront.billing.bank_statements.errors import StatementRefused
from storefront.billing.bank_statements.models import CsvMapping, FileSource, StatementFile
from storefront.billing.bank_statements.services import importing
from storefront.billing.bank_statements.words import problem_of
from storefront.core import sentences
from storefront.formats.bank_statements import MAX_BYTES, Format, Problem, StatementError, format_of
from storefront.users.models import User

MOST_FILES = 20
_ENCODINGS = [
    ("", gettext_lazy("UTF-8, or as the file says")), ("cp1252", "Windows-1252"), ("cp850", "CP850"),
    ("cp852", "CP852"), ("iso-8859-2", "ISO 8859-2"), ("cp1251", "Windows-1251"),
]  # fmt: skip


class DropInput(forms.ClearableFileInput):
    """The browser's own field for files, large enough to drop them on."""

    allow_multiple_selected = True


class StatementFiles(forms.FileField):
    """``cleaned_data`` holds (name, content) of each."""

    widget = DropInput(attrs={"class": "bo-drop"})

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        uploads: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if not uploads:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(_("Send at most %(most)d files at once."), params={"most": MOST_FILES})
        return [(upload.name, self._content(upload)) for upload in uploads]

    def _content(self, upload: Any) -> bytes:
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(
                _("%(name)s is too large: statements of up to 25 MB are read."), params={"name": upload.name}
            )
        content: bytes = upload.read()
        if not content.strip():
            raise forms.ValidationError(_("%(name)s is empty."), params={"name": upload.name})
        return content


class UploadForm(forms.Form):
    files = StatementFiles(  # type: ignore[assignment]  # fields are no attributes of forms
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Drop them here or choose them: camt.053, MT940, the exchange file of 1C, CSV."),
        error_messages={"required": gettext_lazy("Choose at least one file.")},
    )
    mapping = forms.ModelChoiceField(
        label=gettext_lazy("Mapping, for CSV files"), queryset=CsvMapping.objects.all(), required=False,
        empty_label=gettext_lazy("No CSV file among them"),
        help_text=gettext_lazy("It says what the columns are, and which account they are about."),
    )  # fmt: skip
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding, for MT940"), choices=_ENCODINGS, required=False,
        help_text=gettext_lazy("Only if the letters cannot be read otherwise."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, content in data.get("files", ()):
            found = format_of(content)
            if found is None and not data.get("mapping") and "mapping" not in self.errors:
                error = StatementError(Problem.UNKNOWN_FORMAT)
                self.add_error("mapping", f"{name}: {sentences.told(sentences.kept(problem_of(error)))}")
            elif found == Format.MT940 and not _is_readable(content, data.get("encoding") or "utf-8-sig"):
                self.add_error("encoding", _("%(name)s cannot be read so. Choose another.") % {"name": name})
        return data


def _is_readable(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class Upload(StaffOnly, WagtailAdminTemplateMixin, FormView):
    """Files wait for the worker; one that came before is named and not taken again."""

    permissions = (IMPORT,)
    template_name = "backoffice/bank_statements/upload.html"
    form_class = UploadForm
    page_title = gettext_lazy("Import files")
    header_icon = "upload"
    http_method_names = ["get", "head", "post", "options"]

    def form_valid(self, form: Any) -> HttpResponse:
        taken: list[StatementFile] = []
        for name, content in form.cleaned_data["files"]:
            try:
                taken.append(self._take_in(name, content, form))
            except StatementRefused as refused:
                form.add_error("files", f"{name}: {refused}")
        if not taken:
            return self.form_invalid(form)
        for error in form.errors.get("files", ()):
            messages.warning(self.request, error)
        count = len(taken)
        told = ngettext("%(count)d file is being read.", "%(count)d files are being read.", count) % {"count": count}
        messages.success(self.request, told)
        if count == 1:
            return redirect("backoffice-statement-file", taken[0].pk)
        return redirect("backoffice-statements")

    def _take_in(self, name: str, content: bytes, form: Any) -> StatementFile:
        user = self.request.user
        needs_mapping = format_of(content) is None
        return importing.take_in(
            content, name=name, source=FileSource.UPLOAD, by=user if isinstance(user, User) else None,
            encoding=form.cleaned_data["encoding"], mapping=form.cleaned_data["mapping"] if needs_mapping else None,
        )  # fmt: skip

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(CRUMBS, self.get_page_title())
