"""The files of a conversation: for those who may see it, as an attachment that no browser opens as a page."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefront.core.serving import ranged
from storefront.support import access
from storefront.support.models import Attachment


@never_cache
@require_safe
@ranged
def file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """A file of a message of this conversation. 404 for whoever may not see it, as for one that does not exist."""
    conversation = access.find(request, public_id)
    if conversation is None:
        raise Http404
    found = Attachment.objects.filter(public_id=file_id, conversation=conversation).exclude(message=None).first()
    return send(found)


def send(attachment: Attachment | None) -> HttpResponseBase:
    """The file, or 404. Never shown in the page's place, never guessed what it is."""
    if attachment is None or not attachment.file:
        raise Http404
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    # The type a browser would show is not even named: it is saved, whatever it is.
    response = FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type="application/octet-stream"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
