"""The files of a month, each read in one snapshot and written row by row to a temporary file, which is then sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from storefront.backoffice.accounting import month
from storefront.backoffice.rights import StaffOnly
from storefront.billing.accounting import commerceml, datev, registers
from storefront.billing.models import LedgerAccount
from storefront.core import spreadsheets
from storefront.core.snapshots import snapshot
from storefront.core.spans import Span
from storefront.users.models import User

EXPORT = "accounting.export_month"
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_WRITERS: dict[str, tuple[Callable[[Any], IO[bytes]], str]] = {
    "csv": (spreadsheets.csv_file, f"{spreadsheets.CSV}; charset=utf-8"),
    "xlsx": (spreadsheets.xlsx_file, spreadsheets.XLSX),
}


class MonthFile(StaffOnly, View):
    """``name`` is a register's, ``datev``, ``1c`` or ``everything``; ``form`` what the file is written as."""

    permissions = (EXPORT,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, name: str, form: str) -> HttpResponseBase:
        span, user = month.read(request.GET), request.user
        by = user.get_full_name() if isinstance(user, User) else ""
        file_name = f"{name}-{month.value(span)}"
        currency = request.GET.get("currency", "")
        if currency and not _CURRENCY.fullmatch(currency):
            raise Http404
        try:
            with snapshot():
                file, kind, ending = _made(name, form, span, currency, by)
        except datev.NotReady as error:
            messages.error(request, _("Name these first: %(names)s.") % {"names": ", ".join(error.missing)})
            return redirect(f"{request.path.split('files/')[0]}?month={month.value(span)}")
        file_name = f"{file_name}-{currency}" if currency else file_name
        if name == "datev":
            file_name = f"EXTF_Buchungsstapel_{month.value(span)}_{currency}"
        return spreadsheets.file_response(file, filename=f"{file_name}.{ending}", content_type=kind)


def _made(name: str, form: str, span: Span, currency: str, by: str) -> tuple[IO[bytes], str, str]:
    """The file, its type and the end of its name. Raises Http404 for what there is not, and datev.NotReady."""
    if (name, form) == ("datev", "csv") and currency:
        return _datev(span, currency, by), "text/csv; charset=windows-1252", "csv"
    if (name, form) == ("1c", "xml"):
        return _commerceml(span, currency), "application/xml", "xml"
    if (name, form) == ("everything", "zip"):
        return _everything(span, by), "application/zip", "zip"
    register = next((each for each in registers.REGISTERS if each.name == name), None)
    if register is None or form not in _WRITERS:
        raise Http404
    write, kind = _WRITERS[form]
    return write(register.table(span)), kind, form


def _datev(span: Span, currency: str, by: str) -> IO[bytes]:
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    for line in datev.lines(span, currency, by=by):
        file.write(line)
    file.seek(0)
    return file


def _commerceml(span: Span, currency: str) -> IO[bytes]:
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    commerceml.write(span, file, currency=currency)
    file.seek(0)
    return file


def _everything(span: Span, by: str) -> IO[bytes]:
    """All of it as of one moment; DATEV only where its accounts are named."""
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in _contents(span, by):
            with content, archive.open(name, "w", force_zip64=True) as part:
                for chunk in iter(lambda content=content: content.read(1 << 16), b""):  # type: ignore[misc]
                    part.write(chunk)
    file.seek(0)
    return file


def _contents(span: Span, by: str) -> Iterator[tuple[str, IO[bytes]]]:
    at = month.value(span)
    for register in registers.REGISTERS:
        for form, (write, _kind) in _WRITERS.items():
            yield f"{register.name}-{at}.{form}", write(register.table(span))
    for currency in sorted(set(LedgerAccount.objects.values_list("currency", flat=True))):
        yield f"1c-{at}-{currency}.xml", _commerceml(span, currency)
        try:
            yield f"EXTF_Buchungsstapel_{at}_{currency}.csv", _datev(span, currency, by)
        except datev.NotReady:
            continue
