"""The language of a page is the one its address says: ``/ru/...`` is Russian, no prefix the default language."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageOfAddress:
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
