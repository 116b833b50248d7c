"""What buyers and attackers type as a portal's address, and what becomes of it."""

from __future__ import annotations

import traceback

import pytest

from storefront.gateways.bitrix24 import PortalAddressError, PortalKind, normalise_portal

ACCEPTED = [
    ("acme.bitrix24.com", "acme.bitrix24.com", "cloud"),
    ("https://acme.bitrix24.com/", "acme.bitrix24.com", "cloud"),
    ("http://acme.bitrix24.de", "acme.bitrix24.de", "cloud"),
    ("HTTPS://ACME.Bitrix24.COM/crm/deal/details/5/?IFRAME=Y#tab", "acme.bitrix24.com", "cloud"),
    ("https://https://acme.bitrix24.eu", "acme.bitrix24.eu", "cloud"),
    ("http:///acme.bitrix24.eu", "acme.bitrix24.eu", "cloud"),
    ("//acme.bitrix24.pl//stream/", "acme.bitrix24.pl", "cloud"),
    ("www.acme.bitrix24.ru", "acme.bitrix24.ru", "cloud"),
    ("  acme.bitrix24.fr \n", "acme.bitrix24.fr", "cloud"),
    ("acme .bitrix24. it", "acme.bitrix24.it", "cloud"),
    ("\u200bacme.bitrix24.in\ufeff", "acme.bitrix24.in", "cloud"),
    ("acme.bitrix24.es.", "acme.bitrix24.es", "cloud"),
    ("acme.bitrix24.es,", "acme.bitrix24.es", "cloud"),
    ("“acme.bitrix24.com”", "acme.bitrix24.com", "cloud"),
    ("<https://acme.bitrix24.com>", "acme.bitrix24.com", "cloud"),
    ("«acme.bitrix24.kz»", "acme.bitrix24.kz", "cloud"),
    ("acme。bitrix24。jp", "acme.bitrix24.jp", "cloud"),
    ("ａｃｍｅ．bitrix24．cn", "acme.bitrix24.cn", "cloud"),
    ("b24-x1y2z3.bitrix24.com.br", "b24-x1y2z3.bitrix24.com.br", "cloud"),
    ("acme.bitrix24.com.tr", "acme.bitrix24.com.tr", "cloud"),
    ("acme.bitrix24.com:443", "acme.bitrix24.com", "cloud"),
    ("http://acme.bitrix24.com:80/", "acme.bitrix24.com", "cloud"),
    ("https://acme.bitrix24.com/rest/1/s3cr3tw3bh00k/", "acme.bitrix24.com", "cloud"),
    ("https://auth.example-bank.com/", "auth.example-bank.com", "custom"),
    ("crm.acme.de", "crm.acme.de", "custom"),
    ("https://crm.acme.de:8443/stream/", "crm.acme.de:8443", "custom"),
    ("crm.acme.de:443", "crm.acme.de", "custom"),
    ("bitrix24.firma.de", "bitrix24.firma.de", "custom"),
    ("www.firma.de", "www.firma.de", "custom"),
    ("портал.рф", "xn--80awhdgm.xn--p1ai", "custom"),
    ("https://büro.de/", "xn--bro-hoa.de", "custom"),
    ("xn--bro-hoa.de", "xn--bro-hoa.de", "custom"),
]

REFUSED = [
    ("", "empty"),
    (None, "empty"),
    (" \t\u200b", "empty"),
    ("...", "empty"),
    ("a" * 3000, "too_long"),
    ("ftp://acme.bitrix24.com", "scheme"),
    ("javascript://acme.bitrix24.com/%0aalert(1)", "scheme"),
    ("https://file:///etc/passwd", "scheme"),
    ("javascript:alert(1)", "not_a_host"),
    ("https://", "not_a_host"),
    ("acme.bitrix24.com:abc", "not_a_host"),
    ("acme.bitrix24.com:99999", "not_a_host"),
    ("http://[::1", "not_a_host"),
    ("good.bitrix24.com%2eevil.test", "not_a_host"),
    ("acme%00.bitrix24.com", "not_a_host"),
    ("ac_me.bitrix24.com", "not_a_host"),
    ("-acme.bitrix24.com", "not_a_host"),
    ("a..bitrix24.com", "not_a_host"),
    ("a" * 64 + ".bitrix24.com", "not_a_host"),
    ("acme.bitrix24.com\x00.evil.org", "not_a_host"),
    ("buyer@acme.com", "email_or_userinfo"),
    ("https://admin:pw@acme.bitrix24.com/", "email_or_userinfo"),
    ("https://acme.bitrix24.com@127.0.0.1/", "email_or_userinfo"),
    ("127.0.0.1", "ip_address"),
    ("http://127.0.0.1:8000/", "ip_address"),
    ("https://127.0.0.1\\@good.bitrix24.com/", "ip_address"),
    ("10.0.0.8", "ip_address"),
    ("169.254.169.254", "ip_address"),
    ("8.8.8.8", "ip_address"),
    ("[::1]:9000", "ip_address"),
    ("[::ffff:127.0.0.1]", "ip_address"),
    ("[64:ff9b::a9fe:a9fe]", "ip_address"),
    ("acme", "no_zone"),
    ("localhost", "no_zone"),
    ("ⓛocalhost", "no_zone"),
    ("2130706433", "no_zone"),
    ("0x7f000001", "no_zone"),
    ("127.1", "not_public"),
    ("0177.0.0.1", "not_public"),
    ("①②⑦.⓪.⓪.①", "not_public"),
    ("portal.local", "not_public"),
    ("bitrix.corp", "not_public"),
    ("metadata.google.internal", "not_public"),
    ("auth2.bitrix24.net", "other_bitrix_service"),
    ("bitrix24.net", "other_bitrix_service"),
    ("acme.bitrix24.site", "other_bitrix_service"),
    ("acme.bitrix24.shop", "other_bitrix_service"),
    ("www.bitrix24.com", "not_a_portal"),
    ("https://helpdesk.bitrix24.de/open/1/", "not_a_portal"),
    ("cdn-ru.bitrix24.ru", "not_a_portal"),
    ("rtc-v2-ms1.bitrix24.com", "not_a_portal"),
    ("acme.bitrix24.com:8443", "not_a_portal"),
    ("bitrix24.com", "unknown_zone"),
    ("acme.bitrix24.con", "unknown_zone"),
    ("www.bitrix24.se", "not_a_portal"),
    ("acme.bitrix24.se:8443", "not_a_portal"),
    ("acme.bitrix24.com.mx.evil", "unknown_zone"),
    ("my acme.bitrix24.com", "not_a_host"),
    ("localhost.localdomain", "not_public"),
    ("127.0.0.1.nip.io", "not_public"),
    ("crm.acme.de:22", "port"),
    ("crm.acme.de:25", "port"),
    ("1c-bitrix.ru", "other_bitrix_service"),
    ("acme.bitrix24.com.evil.org", "unknown_zone"),
    ("a.b.bitrix24.com", "unknown_zone"),
    # one Cyrillic letter each
    ("acmе.bitrix24.com", "not_a_portal"),
    ("acme.bіtrix24.com", "look_alike"),
]


@pytest.mark.parametrize(("typed", "host", "kind"), ACCEPTED)
def test_what_buyers_paste_becomes_a_host(typed: str, host: str, kind: str) -> None:
    address = normalise_portal(typed)

    assert (address.host, address.kind) == (host, kind)


@pytest.mark.parametrize(("typed", "host", "kind"), ACCEPTED)
def test_a_normalised_host_stays_as_it_is(typed: str, host: str, kind: str) -> None:
    assert normalise_portal(host).host == host


@pytest.mark.parametrize(("typed", "code"), REFUSED)
def test_what_names_no_portal_is_refused_with_a_reason(typed: str | None, code: str) -> None:
    with pytest.raises(PortalAddressError) as refused:
        normalise_portal(typed)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "typed",
    [
        "https://acme.bitrix24.con/rest/1/s3cr3t/",
        "https://127.0.0.1/rest/1/s3cr3t/",
        "https://acme.bitrix24.com:s3cr3t/rest/1/s3cr3t/",
        "https://[s3cr3t/rest/1/s3cr3t/",
        "https://s3cr3t_.acme.de/rest/1/s3cr3t/",
        "https://user:s3cr3t@acme.de/rest/1/s3cr3t/",
    ],
)
def test_a_refusal_keeps_no_part_of_the_input(typed: str) -> None:
    with pytest.raises(PortalAddressError) as refused:
        normalise_portal(typed)

    error = refused.value
    assert error.__context__ is None and error.__cause__ is None
    assert "s3cr3t" not in "".join(traceback.format_exception_only(error)) + repr(vars(error))


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("127.0.0.1:8801", "127.0.0.1:8801"),
        ("http://127.0.0.1:8801/app/", "127.0.0.1:8801"),
        ("localhost:80", "localhost:80"),
        ("http://[::1]:9000/", "[::1]:9000"),
    ],
)
def test_loopback_is_a_portal_only_in_the_demo(typed: str, host: str) -> None:
    address = normalise_portal(typed, allow_loopback=True)

    assert (address.host, address.kind) == (host, PortalKind.LOOPBACK)
    with pytest.raises(PortalAddressError):
        normalise_portal(typed)


@pytest.mark.parametrize("typed", ["10.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0:80"])
def test_the_demo_accepts_no_other_number(typed: str) -> None:
    with pytest.raises(PortalAddressError):
        normalise_portal(typed, allow_loopback=True)


def test_zones_are_a_setting() -> None:
    assert normalise_portal("acme.bitrix24.de").is_known_zone
    assert not normalise_portal("acme.bitrix24.de", zones=["com", "se"]).is_known_zone
    assert normalise_portal("acme.bitrix24.se", zones=["com", "se"]).is_known_zone


@pytest.mark.parametrize("zone", ["uz", "mx", "co"])
def test_the_zones_of_the_vendors_map_of_regions_are_known(zone: str) -> None:
    address = normalise_portal(f"https://acme.bitrix24.{zone}/crm/")
    assert (address.host, address.kind, address.is_known_zone) == (f"acme.bitrix24.{zone}", "cloud", True)


@pytest.mark.parametrize("zone", ["se", "ch", "co.uk", "com.mx", "com.ar"])
def test_a_country_that_bitrix24_may_be_new_in_passes_as_cloud(zone: str) -> None:
    address = normalise_portal(f"acme.bitrix24.{zone}")
    assert (address.host, address.kind, address.is_known_zone) == (f"acme.bitrix24.{zone}", "cloud", False)


@pytest.mark.parametrize("ending", ["cloud", "con", "online"])
def test_any_other_ending_passes_only_where_bitrix24_itself_named_it(ending: str) -> None:
    with pytest.raises(PortalAddressError) as refused:
        normalise_portal(f"acme.bitrix24.{ending}")
    assert refused.value.code == "unknown_zone"
    assert not normalise_portal(f"acme.bitrix24.{ending}", any_zone=True).is_known_zone
