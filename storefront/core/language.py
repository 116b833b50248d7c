"""The language of a page is the one its address says: ``/ru/...`` is Russian, no prefix the default language.

What is not a page (a mail, a document, a page inside a portal) names its reader's language.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation


def current_language() -> str:
    """The language this thread renders in; the default one where translation is switched off."""
    return translation.get_language() or settings.LANGUAGE_CODE


def nearest_language(code: str) -> str:
    """The language of the shop that comes nearest to a code: ``ru-RU`` and ``RU`` -> ``ru``; else the default one."""
    known = {name.lower(): name for name, _ in settings.LANGUAGES}
    wanted = code.strip().lower().replace("_", "-")
    return known.get(wanted) or known.get(wanted.partition("-")[0]) or settings.LANGUAGE_CODE


def absolute_url(name: str, *, language: str, **kwargs: object) -> str:
    """The address of the page ``name`` for a reader of ``language``, as it stands in mails.

    Starts with SITE_URL, never with a request's Host. Raises NoReverseMatch for a name that is none.
    """
    with translation.override(nearest_language(language)):
        return settings.SITE_URL + reverse(name, kwargs=kwargs)


class UrlLanguageMiddleware:
    """Django's LocaleMiddleware without its guesses.

    That one also looks at a cookie and at ``Accept-Language`` and makes every page vary by them; here a language is
    chosen by following a link, so an address always shows the same to people, caches and search engines.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response
