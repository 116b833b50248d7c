"""Short texts kept in several languages in one row.

A product, a license type or the seller is one row in every language: it is the same thing. Its own columns hold the
default language (``settings.LANGUAGE_CODE``), ``translations`` the others: ``{"ru": {"name": "..."}}``. A text that
has no translation is shown in the default language, so a further language can be switched on at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation


def pick(own: str, translations: Mapping[str, Mapping[str, str]], name: str, language: str | None = None) -> str:
    """The text ``name`` in ``language`` (a code; None: the active one), else ``own``, the default language's."""
    code = language or translation.get_language() or settings.LANGUAGE_CODE
    if code == settings.LANGUAGE_CODE:
        return own
    return translations.get(code, {}).get(name, "") or own


def other_languages() -> list[tuple[str, str]]:
    """Code and name of every language but the default one: those a text can be translated into."""
    return [(code, str(name)) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class Translated(models.Model):
    """A row with ``translations``; ``TRANSLATED`` names the texts that may have one."""

    TRANSLATED: tuple[str, ...] = ()

    translations: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def text(self, name: str, language: str | None = None) -> str:
        """The text ``name`` (one of TRANSLATED) in ``language``, by default the active one."""
        return pick(getattr(self, name), self.translations, name, language)
