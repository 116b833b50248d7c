"""System checks: production never uses stand-ins or test keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from storefront.core import configuration, mail_companies
from storefront.core.files import FORMERLY_PUBLIC


@register()
def real_providers(**kwargs: Any) -> list[CheckMessage]:
    """Outside the sandbox every provider's address is public and https, and every key is real."""
    if settings.DEBUG or getattr(settings, "SANDBOX", False):
        return []
    return [Error(text, id=f"storefront.{code}") for code, text in configuration.refusals(_Settings())]


@register()
def mails_can_be_sent(**kwargs: Any) -> list[CheckMessage]:
    """The mail company's package and settings are present, and the backend really sends."""
    if settings.DEBUG or getattr(settings, "SANDBOX", False):
        return []
    sentences = mail_companies.problems(settings.EMAIL_BACKEND, settings.ANYMAIL)
    return [Error(text, id="storefront.E013") for text in sentences]


@register()
def readable_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Every entry of TRUSTED_PROXIES is valid; an invalid one would break every throttled request."""
    sentences = configuration.unreadable_proxies(settings.TRUSTED_PROXIES)
    return [Error(text, id="storefront.E007") for text in sentences]


@register()
def known_languages(**kwargs: Any) -> list[CheckMessage]:
    """Every entry of LANGUAGES is a language."""
    sentences = configuration.unknown_languages([code for code, _name in settings.LANGUAGES])
    return [Error(text, id="storefront.E009") for text in sentences]


@register()
def private_files_apart(**kwargs: Any) -> list[CheckMessage]:
    """No private file is stored where public ones are served from."""
    roots = Path(settings.MEDIA_ROOT), Path(settings.PRIVATE_MEDIA_ROOT)
    messages: list[CheckMessage] = [Error(text, id="storefront.E020") for text in configuration.shared_folders(*roots)]
    left = [name for name in FORMERLY_PUBLIC if any((roots[0] / name).glob("*"))]
    if left:
        text = f"MEDIA_ROOT still holds private files of an earlier version: {', '.join(left)}."
        messages.append(Warning(text, hint="manage.py setup_shop moves them.", id="storefront.W020"))
    return messages


class _Settings(Mapping[str, Any]):
    """Django's settings, read by name as a mapping."""

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(settings, name)
        except AttributeError as exc:
            raise KeyError(name) from exc

    def __iter__(self) -> Iterator[str]:
        return iter(dir(settings))

    def __len__(self) -> int:
        return len(dir(settings))
