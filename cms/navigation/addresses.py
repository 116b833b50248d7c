"""Addresses that editors type: which are allowed, and where they lead in the reader's language."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

#: A path of the shop, a web address, an e-mail address, a telephone number. Never "javascript:", never "//host".
_ALLOWED = re.compile(
    r"/(?!/)[^\s\\<>\"]*|https?://[^\s/\\<>\"]+[^\s\\<>\"]*|mailto:[^\s@<>\"]+@[^\s@<>\"]+|tel:\+?[\d-]+"
)


def validate_address(value: str) -> None:
    """Raises ValidationError unless visitors may be sent to this address."""
    if not _ALLOWED.fullmatch(value):
        raise ValidationError(
            _("Type a path that begins with / (such as /account/), or an address with https://, mailto: or tel:."),
            code="address",
        )


def in_language(address: str, language: str) -> str:
    """The address for readers of ``language``: a path of the shop leads to the same view in that language.

    Other addresses stay as they are, and so do paths of editors' pages: whether such a page is translated is known
    only of a page that was chosen.
    """
    path, mark, rest = _split(address)
    try:
        with translation.override(translation.get_language_from_path(path) or None):
            match = resolve(path)
    except Resolver404:
        return address
    if match.url_name == "wagtail_serve":
        return address
    with translation.override(language):
        try:
            return reverse(match.view_name, args=match.args, kwargs=match.kwargs) + mark + rest
        except NoReverseMatch:  # it has no name, like some of the back office
            return address


def _split(address: str) -> tuple[str, str, str]:
    """Path, the first of "?" and "#" in it if any, and what follows that."""
    mark = re.search(r"[?#]", address)
    if mark is None:
        return address, "", ""
    return address[: mark.start()], mark.group(), address[mark.end() :]
