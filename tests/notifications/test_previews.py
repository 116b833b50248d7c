"""Mails as their readers see them, without a working secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from storefront.core.log_masking import mask, mask_data
from storefront.notifications.models import OutboxMessage
from storefront.notifications.previews import preview
from storefront.users import password_links
from tests.notifications.every_mail import enqueue

pytestmark = pytest.mark.django_db


def test_a_mail_is_shown_with_its_links_masked() -> None:
    enqueue()
    shown = preview(OutboxMessage.objects.get())
    assert shown is not None
    assert "SO-7K3M-9QXD" in shown.subject
    for body in (shown.text, shown.html):
        assert "token.sig" not in body
        assert "/pay/.../" in body


def test_a_password_link_is_shown_without_its_key(customer: Any) -> None:
    password_links.request_reset(email=customer.email)
    shown = preview(OutboxMessage.objects.get())
    assert shown is not None
    assert "/password/reset/key/.../" in shown.text
    assert "/password/reset/key/.../" in shown.html


def test_a_message_for_a_program_has_no_preview() -> None:
    assert preview(OutboxMessage(kind="bitrix24.push", key="k", payload={"installation": 1})) is None


def keys_of(patterns: Any, prefix: str = "/") -> list[str]:
    """Addresses of ours whose argument is a token or a key."""
    found = []
    for pattern in patterns:
        here = prefix + str(pattern.pattern).replace("^", "").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            found += keys_of(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and {"token", "key"} & set(pattern.pattern.converters):
            found.append(here)
    return found


def test_every_address_that_holds_a_token_is_masked() -> None:
    addresses = [address for address in keys_of(get_resolver().url_patterns) if "<str:token>" in address]
    assert len(addresses) >= 6
    for address in addresses:
        assert "abc.DEF-1" not in mask(address.replace("<str:token>", "abc.DEF-1")), address


def test_data_of_others_is_shown_without_its_secrets() -> None:
    data = {
        "name": "ONAPPINSTALL", "access_token": "a", "nested": [{"application_token": "b", "user_id": 1}],
        "client_secret": "c", "note": "sk_live_51HxYz and /pay/abc/",
    }  # fmt: skip
    shown = str(mask_data(data))
    assert "ONAPPINSTALL" in shown and "'user_id': 1" in shown
    for secret in ("'a'", "'b'", "'c'", "51HxYz", "/pay/abc/"):
        assert secret not in shown
