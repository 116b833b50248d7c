"""Renders a page of the account for a request of its customer that nobody sent. Nothing that it writes stays."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from storefront.users.models import User

#: Pages that staff may see. Everything else is answered like a missing page: what holds secrets (password, second
#: factor, sessions, e-mail) and what does something.
SHOWN = frozenset(
    {
        "account-home", "account-invoices", "account-invoice", "account-invoice-print", "account-licenses",
        "account-license", "account-orders", "account-order", "account-agreements", "account-consent",
        "account-profile", "account-tickets", "account-ticket", "account-documents", "account-document",
        "account-payers", "account-refund", "account-payments", "account-expenses", "account-statement",
        "account-methods", "account-subscriptions",
        "account-auto-payment", "account-forecast",
    }
)  # fmt: skip
#: What the customer's request has of the one that staff sent: nothing that says who sent it.
_PASSED_ON = ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "wsgi.url_scheme")


def language_of(path: str) -> str:
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE


def shown_page(path: str) -> ResolverMatch | None:
    """The page at an address of the shop (``/account/invoices/``); None if staff do not see it."""
    with translation.override(language_of(path)):
        try:
            match = resolve(path)
        except Resolver404:
            return None
    return match if match.url_name in SHOWN else None


def render(sent: HttpRequest, customer: User, path: str) -> HttpResponse:
    """The page at ``path`` as the customer would get it. Raises Http404 for one that is not shown."""
    match = shown_page(path)
    if match is None:
        raise Http404
    language = language_of(path)
    with translation.override(language), transaction.atomic():
        request = _request_of(sent, customer, path, match, language)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if hasattr(response, "render"):
            response.render()
        transaction.set_rollback(True)  # whatever a page notes when it is read, a reader of staff is not the customer
    return response


def _request_of(sent: HttpRequest, customer: User, path: str, match: ResolverMatch, language: str) -> HttpRequest:
    """Made anew instead of copied: the session, the cookies and the messages of staff are not in it."""
    request = HttpRequest()
    request.method, request.path, request.path_info, request.GET = "GET", path, path, sent.GET
    request.META = {name: sent.META[name] for name in _PASSED_ON if name in sent.META}
    request.META |= {"REQUEST_METHOD": "GET", "QUERY_STRING": sent.GET.urlencode(), "PATH_INFO": path}
    request.user, request.resolver_match = customer, match
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()  # empty, and nobody saves it
    request.LANGUAGE_CODE = language
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return request
