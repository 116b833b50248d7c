"""The address field as people fill it: what is read, what is asked, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storefront.gateways.bitrix24 import PortalAddressError, normalise_portal, typed_addresses
from storefront.gateways.targets import guarded_target

READ = [
    "acme.bitrix24.com",
    "„acme.bitrix24.com“",
    "‚acme.bitrix24.com‘",
    "»acme.bitrix24.com«",
    "'acme.bitrix24.com'",
    "‘acme.bitrix24.com’",
    '"https://acme.bitrix24.com/"',
    "\u2066acme.bitrix24.com\u2069",
    "\u2067https://acme.bitrix24.com/\u2069",
    "\u061cacme.bitrix24.com",
    "[acme](https://acme.bitrix24.com/)",
    "[https://acme.bitrix24.com](https://acme.bitrix24.com/crm/)",
    "acme.bitrix24.com!",
    "*acme.bitrix24.com*",
    "https//acme.bitrix24.com",
    "https:acme.bitrix24.com",
    "https acme.bitrix24.com",
    "http;//acme.bitrix24.com",
    "htps://acme.bitrix24.com/",
    "https：／／acme．bitrix24．com",
    "acme . bitrix24 . com",
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.bitrix24.com%2Fcrm%2F&data=05%7C01",
    "https://urldefense.com/v3/__https://acme.bitrix24.com/__;!!abc$",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.bitrix24.com_crm&d=DwMF",
    "https://www.google.com/url?sa=t&url=https%3A%2F%2Facme.bitrix24.com%2F&usg=x",
    "https://yandex.ru/clck/jsredir?from=x&url=https%3A%2F%2Facme.bitrix24.com%2F",
    "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9hY21lLmJpdHJpeDI0LmNvbS8&ntb=1",
    "https://vk.com/away.php?to=https%3A%2F%2Facme.bitrix24.com",
]


@pytest.mark.parametrize("typed", READ)
def test_an_address_is_read_however_it_was_copied(typed: str) -> None:
    found = typed_addresses.read(typed)
    assert (found.address.host, found.question) == ("acme.bitrix24.com", False)


@pytest.mark.parametrize(
    ("typed", "host", "suggestion"),
    [
        ("acme.bitrix.24.com", "acme.bitrix.24.com", "acme.bitrix24.com"),
        ("https://acme.bitirx24.com/crm/", "acme.bitirx24.com", "acme.bitrix24.com"),
        ("acme-bitrix24.de", "acme-bitrix24.de", "acme.bitrix24.de"),
        ("acme.bitrix24.con", "acme.bitrix24.con", "acme.bitrix24.com"),
        ("https://crm.acme.de/?backurl=https%3A%2F%2Facme.bitrix24.ru%2F", "crm.acme.de", "acme.bitrix24.ru"),
        ("www.acme.de", "www.acme.de", None),
    ],
)
def test_what_is_unusual_but_possible_is_asked(typed: str, host: str, suggestion: str | None) -> None:
    found = typed_addresses.read(typed)
    assert found.address.host == host
    assert found.question
    assert suggestion is None or suggestion in found.suggestions


@pytest.mark.parametrize("typed", ["crm.acme.de", "bitrix24.firma.de", "https://crm.acme.de:8443/", "портал.рф"])
def test_a_domain_of_ones_own_is_not_asked_about(typed: str) -> None:
    assert not typed_addresses.read(typed).question


@pytest.mark.parametrize(
    ("typed", "code", "suggestions"),
    [
        ("my acme.bitrix24.com", "several", ("acme.bitrix24.com",)),
        ("acme.bitrix24.com or demo.bitrix24.de", "several", ("acme.bitrix24.com", "demo.bitrix24.de")),
        ("acme bitrix24 com", "several", ("acme.bitrix24.com",)),
        ("acme", "no_zone", ("acme.bitrix24.com",)),
        ("acme.bitrix24", "not_public", ("acme.bitrix24.com",)),
        ("acme.bitrix24,com", "not_a_host", ("acme.bitrix24.com",)),
        ("anna@acme.bitrix24.com", "email_or_userinfo", ("acme.bitrix24.com",)),
        ("anna@acme.de", "email_or_userinfo", ()),
        ("acme.b\u0456trix24.com", "look_alike", ("acme.bitrix24.com",)),
        ("google.com", "website", ()),
        ("https://mail.google.com/mail/u/0/", "website", ()),
        ("https://www.google.de/search?q=bitrix24", "website", ()),
        ("https://bit.ly/3xyz", "website", ()),
        ("gmail.com", "website", ()),
        ("localhost.localdomain", "not_public", ()),
        ("name.de:22", "port", ()),
        ("name.de:25", "port", ()),
        ("2130706433", "no_zone", ()),
        ("https://safelinks.protection.outlook.com/?url=http://127.0.0.1/", "ip_address", ()),
        ("[x](javascript:alert(1))", "not_a_host", ()),
    ],
)
def test_what_is_impossible_says_why(typed: str, code: str, suggestions: tuple[str, ...]) -> None:
    with pytest.raises(PortalAddressError) as refused:
        typed_addresses.read(typed)
    assert (refused.value.code, refused.value.suggestions) == (code, suggestions)
    assert refused.value.__context__ is None and refused.value.__cause__ is None


@pytest.mark.parametrize("zone", ["se", "ch", "no", "ar"])
def test_a_new_zone_of_bitrix24_passes_without_a_question(zone: str) -> None:
    found = typed_addresses.read(f"https://acme.bitrix24.{zone}/stream/")
    assert (found.address.host, found.question) == (f"acme.bitrix24.{zone}", False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acme.bitrix24.cm", "acme.bitrix24.com"),
        ("acme.bitrix24.qe", "acme.bitrix24.de"),
        ("acme.bitrix24.co.uk", "acme.bitrix24.uk"),
    ],
)
def test_an_ending_that_may_be_a_slip_is_asked_about_and_can_be_kept(typed: str, meant: str) -> None:
    found = typed_addresses.read(typed)
    assert found.question and found.address.host == typed
    assert meant in found.suggestions
    assert normalise_portal(found.address.host) == found.address


def test_a_bare_name_is_offered_in_the_readers_own_zone() -> None:
    with pytest.raises(PortalAddressError) as refused:
        typed_addresses.read("acme", usual_zone="ru")
    assert refused.value.suggestions == ("acme.bitrix24.ru", "acme.bitrix24.com")


PIECES = st.sampled_from(
    ["https://", "http:", "//", "acme", "crm", ".", "bitrix24", "com", "de", "рф", ":", "22", "443", "8443", "@", "/",
     "?url=", "https%3A%2F%2F", "www.", "[", "]", "(", ")", " ", "-", "_", "127.0.0.1", "localhost", "\u2066", "é",
     "xn--", "google.com", "\\", "#", "%", "１"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=80))
@example("https://bing.com/ck/a?u=a1" + "A" * 5)
def test_whatever_is_accepted_or_suggested_can_be_connected_to(typed: str) -> None:
    """The field and the guard of the connection agree: no address is sold a license that nobody ever calls."""
    try:
        found = typed_addresses.read(typed)
        hosts = [found.address.host, *found.suggestions]
    except PortalAddressError as refused:
        hosts = list(refused.suggestions)
    for host in hosts:
        assert guarded_target("POST", host, "/rest/profile.json", ports=(443, 8443), allow_loopback=False).is_guarded
        assert typed_addresses.read(host).address.host == host
