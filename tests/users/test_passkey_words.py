"""What keeps a log-in on a device is called a passkey everywhere, in the library's own texts too."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext

MAILS = [f"mfa/email/webauthn_{what}_{part}.txt" for what in ("added", "removed") for part in ("subject", "message")]
WORDS = {"en": "passkey", "ru": "ключ доступа"}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("name", MAILS)
def test_mails_about_a_passkey_say_so(name: str, language: str, db: Any) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with translation.override(language):
        text = render_to_string(name, {"email": "buyer@example.com", "ip": "", "user_agent": ""}, request).lower()
    assert WORDS[language] in text
    assert "security key" not in text and "безопасности" not in text


@pytest.mark.parametrize("language", WORDS)
def test_the_link_to_it_says_so(language: str) -> None:
    """allauth's own words for what may be used instead of a password, as the page shows them."""
    with translation.override(language):
        assert WORDS[language] in gettext("Use a security key").lower()
