"""The language of a page is that of its address: ``/ru/...`` is Russian, no prefix the default language.

Mails, documents and pages inside a portal use their reader's language instead.
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
    """The shop's language nearest to a code: ``ru-RU`` and ``RU`` -> ``ru``; else the default one."""
    known = {name.lower(): name for name, _ in settings.LANGUAGES}
    code = code.strip().lower().replace("_", "-")
    return known.get(code) or known.get(code.partition("-")[0]) or settings.LANGUAGE_CODE


def absolute_url(name: str, *, language: str, **kwargs: object) -> str:
    """The address of the URL ``name`` in ``language``, for mails.

    Starts with SITE_URL, never with a request's Host. Raises NoReverseMatch for an unknown name.
    """
    with translation.override(nearest_language(language)):
        return settings.SITE_URL + reverse(name, kwargs=kwargs)


class UrlLanguageMiddleware:
    """Like Django's LocaleMiddleware, but only the address decides.

    Django's also reads a cookie and ``Accept-Language`` and makes every page vary by them; here an address always shows
    the same to people, caches and search engines.
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
