"""The visitor's address: only what a trusted proxy says is believed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from storefront.core import visitor

PROXY, INNER = "10.0.0.5", "10.0.0.6"


def address(settings: Any, *, peer: str, header: str | None = None, trusted: list[str] | None = None) -> str | None:
    settings.TRUSTED_PROXIES = trusted or []
    extra = {"HTTP_X_FORWARDED_FOR": header} if header is not None else {}
    return visitor.client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **extra))


def test_without_trusted_proxies_the_header_is_ignored(settings: Any) -> None:
    assert address(settings, peer="203.0.113.9", header="1.2.3.4") == "203.0.113.9"


def test_untrusted_peer_cannot_speak_for_others(settings: Any) -> None:
    assert address(settings, peer="203.0.113.9", header="1.2.3.4", trusted=[PROXY]) == "203.0.113.9"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what stands left was sent by the visitor
        (f"6.6.6.6, 198.51.100.1, {INNER}", "198.51.100.1"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        (", ".join(["6.6.6.6"] * 1000) + ", 198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, garbage", PROXY),
        ("<script>", PROXY),
        ("", PROXY),
    ],
)
def test_trusted_proxy_is_believed_from_the_right(settings: Any, header: str, expected: str) -> None:
    assert address(settings, peer=PROXY, header=header, trusted=["10.0.0.0/24"]) == expected


def test_no_header_means_the_peer(settings: Any) -> None:
    assert address(settings, peer=PROXY, trusted=[PROXY]) == PROXY


def test_unix_socket_is_believed_only_if_configured(settings: Any) -> None:
    assert address(settings, peer="", header="198.51.100.1") is None
    assert address(settings, peer="", header="198.51.100.1", trusted=["unix"]) == "198.51.100.1"


@pytest.mark.parametrize(
    ("peer", "header", "expected"),
    [
        (PROXY, "FR", "FR"),
        (PROXY, "fr", "FR"),
        (PROXY, "XX", ""),  # Cloudflare does not know
        (PROXY, "T1", ""),  # Tor
        (PROXY, "France", ""),
        (PROXY, "FR, DE", ""),
        ("203.0.113.9", "FR", ""),  # no proxy of ours
    ],
)
def test_the_country_is_what_a_trusted_proxy_says(settings: Any, peer: str, header: str, expected: str) -> None:
    settings.TRUSTED_PROXIES, settings.VISITOR_COUNTRY_HEADER = [PROXY], "CF-IPCountry"
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_CF_IPCOUNTRY=header)
    assert visitor.country(request) == expected
    settings.VISITOR_COUNTRY_HEADER = ""
    assert visitor.country(request) == ""


def test_one_household_is_one_visitor(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    keys = {
        visitor.throttle_key(RequestFactory().get("/", REMOTE_ADDR=peer))
        for peer in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    }
    assert keys == {"2001:db8:1:2::/64"}
