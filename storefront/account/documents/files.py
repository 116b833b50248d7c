"""The files of a document: to whom it belongs, as an attachment that no browser opens as a page."""

from __future__ import annotations

import re

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from storefront.account.documents import listing
from storefront.account.views import own, user_of
from storefront.billing.documents.models import Document
from storefront.core.serving import ranged

#: Signs that some system does not take in the name of a file.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]+')
PDF, XML = "application/pdf", "application/xml"


def file_names(document: Document) -> list[tuple[FieldFile, str]]:
    """The files that a document has, each with the name it is saved by: ``INV-2026-000042.pdf``."""
    number = _UNSAFE.sub("-", document.number)
    found = [(document.pdf, f"{number}.pdf"), (document.xml, f"{number}.xml"), (document.ubl, f"{number}-ubl.xml")]
    return [(file, name) for file, name in found if file]


def dated_name(document: Document, name: str) -> str:
    """Among others, by day and kind, in the active language: ``2026-11-29 Invoice INV-2026-000042.pdf``."""
    return _UNSAFE.sub("-", f"{document.issued_on} {document.get_kind_display()} {name}")


def document_of(request: HttpRequest, public_id: str) -> Document:
    """The asker's own document, else 404."""
    found = listing.of(user_of(request)).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@own
@require_safe
@ranged
def pdf(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return _sent(document_of(request, public_id), "pdf", PDF)


@own
@require_safe
@ranged
def xml(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The e-invoice as CII, the very XML inside the PDF."""
    return _sent(document_of(request, public_id), "xml", XML)


@own
@require_safe
@ranged
def ubl(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return _sent(document_of(request, public_id), "ubl", XML)


def _sent(document: Document, field: str, content_type: str) -> HttpResponseBase:
    file: FieldFile = getattr(document, field)
    name = dict((each.field.name, name) for each, name in file_names(document)).get(field)
    if name is None:
        raise Http404
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
