"""What people paste into fields, and what becomes of it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core.user_input import characters, emails, phones

UNSEEN = "\u200b\u2060\u2066\u2069\u061c\ufeff\u200e\u202d\u00ad"

# Names, messages, codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna\u00a0 M\u00fcller\n", "Anna M\u00fcller"),
        ("An\u200bna \u2066M\u2069\ufeff", "Anna M"),
        ("Anna\r\nBcc: x", "Anna Bcc: x"),
        ("An\u200dna", "Anna"),  # a joiner means nothing between Latin letters
        ("\u3164Anna", "Anna"),
        ("Mu\u0308ller", "M\u00fcller"),
        ("\u0646\u0627\u0632\u200c\u0646\u06cc\u0646", "\u0646\u0627\u0632\u200c\u0646\u06cc\u0646"),  # Persian
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"),  # Sinhala
        ("\u845b\U000e0100\u98fe", "\u845b\U000e0100\u98fe"),  # a Japanese name's own form of a character
        ("Caf\u00e9 \u2615\ufe0f", "Caf\u00e9 \u2615\ufe0f"),
    ],
)
def test_a_name_keeps_what_is_seen_and_what_its_script_needs(typed: str, kept: str) -> None:
    assert characters.one_line(typed) == kept


def test_a_message_keeps_its_lines_and_joined_emoji() -> None:
    typed = "Hello,\r\n\r\n\r\n\r\n\tplease\u200b call \U0001f469\u200d\U0001f4bb\u2029Anna\x00 "
    assert characters.many_lines(typed) == "Hello,\n\n please call \U0001f469\u200d\U0001f4bb\nAnna"


@given(st.text())
def test_cleaning_once_is_enough_and_leaves_nothing_unseen(typed: str) -> None:
    line = characters.one_line(typed)
    assert characters.one_line(line) == line
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in line)
    assert "\n" not in line
    assert characters.many_lines(characters.many_lines(typed)) == characters.many_lines(typed)
    assert characters.code(characters.code(typed)) == characters.code(typed)


@pytest.mark.parametrize(
    "typed",
    ["sale-10", " SALE\u200b-10 ", "ＳＡＬＥ－１０", "„sale‐10“", "SALE–10.", "\u2066SALE-10\u2069"],
)
def test_a_voucher_code_is_read_however_it_was_copied(typed: str) -> None:
    assert characters.code(typed) == "SALE-10"


# Phones -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+49 30 1234567", "+49 30 1234567"),
        ("0049 (30) 123-45-67", "+49 30 1234567"),
        ("030 1234567", "030 1234567"),
        ("030/1234567", "030/1234567"),
        ("＋４９ ３０ １２３４５６７", "+49 30 1234567"),
        ("+49\u201030\u20101234567", "+49 30 1234567"),
        ("+49\u201130\u20111234567", "+49 30 1234567"),
        ("+49\u221230\u22121234567", "+49 30 1234567"),
        ("+49\u201430\u20141234567", "+49 30 1234567"),
        ("+49\ufe0f 30 1234567\ufe0f", "+49 30 1234567"),
        ("\u202a+49 30 1234567\u202c", "+49 30 1234567"),
        ("+49 (0)30 1234567", "+49 30 1234567"),
        ("tel:+49-30-1234567", "+49 30 1234567"),
        ("tel:+49-30-1234567;ext=12", "+49 30 1234567 ext. 12"),
        ("Tel.: +49 30 1234567", "+49 30 1234567"),
        ("тел. 8 495 123 45 67", "8 495 123 45 67"),
        ("\U0001f4de +49 30 1234567", "+49 30 1234567"),
        ("+49 30 1234567 (Büro)", "+49 30 1234567"),
        ("+1 212 555 0100 ext. 12", "+1 212-555-0100 ext. 12"),
        ("+1 212 555 0100 x12", "+1 212-555-0100 ext. 12"),
        ("030 1234567 Durchwahl 12", "030 1234567 ext. 12"),
        ("+7 495 1234567 доб. 12", "+7 495 123-45-67 ext. 12"),
        ("+7 (495) 123-45-67 (доб. 12)", "+7 495 123-45-67 ext. 12"),
        ("+49 30 1234567, +49 171 1234567", "+49 30 1234567, +49 171 1234567"),
        ("030 1234567 / 0171 7654321", "030 1234567, 0171 7654321"),
        ("+49 30 1234567 oder 0171 7654321", "+49 30 1234567, 0171 7654321"),
        ("+49 30 1234567\n+49 171 7654321", "+49 30 1234567, +49 171 7654321"),
        ("+7 495 1234567 доб. 12, +7 916 1234567 доб. 34", "+7 495 123-45-67 ext. 12"),  # both do not fit
    ],
)
def test_phones_of_all_countries_pass(typed: str, kept: str) -> None:
    assert phones.read(typed) == kept
    assert len(kept) <= phones.MAX_LENGTH


@pytest.mark.parametrize("typed", ["", "call me", "+", "1", "+999", "<b>1234567</b>", "1234567" * 9, "+49\x0030123"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    assert phones.read(typed) is None


@given(st.text(alphabet=st.sampled_from("0123456789+()-/., extдоб\u2010\u2212\ufe0f;#"), max_size=60))
def test_a_phone_that_was_read_fits_and_stays_as_it_is(typed: str) -> None:
    number = phones.read(typed)
    if number is not None:
        assert len(number) <= phones.MAX_LENGTH
        assert phones.read(number) == number


# E-mails ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "anna@example.com",
        " Anna@Example.COM ",
        "an\u200bna@exam\u00adple.com\u2069",
        "ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "mailto:anna@example.com?subject=Hello",
        "E-Mail: anna@example.com",
        "Anna M. <anna@example.com>",
        "[anna@example.com](mailto:anna@example.com)",
        "\u201eanna@example.com\u201c",
        "anna @ example . com",
        "anna@example.com.",
    ],
)
def test_one_address_in_many_spellings(typed: str) -> None:
    assert emails.read(typed) == "anna@example.com"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("anna@b\u00fcro.de", "anna@xn--bro-hoa.de"),
        ("anna@xn--bro-hoa.de", "anna@xn--bro-hoa.de"),
        ("anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("o'neil+shop@mail.example.co.uk", "o'neil+shop@mail.example.co.uk"),
        ("a@サーバー.jp", "a@xn--vckucxgb.jp"),
    ],
)
def test_international_domains_are_read_as_the_dns_has_them(typed: str, read: str) -> None:
    assert emails.read(typed) == read


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("\u200b", "empty"),
        ("anna", "no_at"),
        ("@example.com", "no_at"),
        ("anna@", "no_at"),
        ("a@x.com, b@y.com", "several"),
        ("a@[127.0.0.1]", "address_literal"),
        ("a@[IPv6:::1]", "address_literal"),
        ("a@127.0.0.1", "address_literal"),
        ("user@localhost", "single_label"),
        ('"john"@example.com', "quoted"),
        ('"a@b"@example.com', "quoted"),
        ("müller@example.com", "local_part"),
        ("\u0430nna@example.com", "local_part"),  # Cyrillic a
        ("anna smith@example.com", "local_part"),
        ("an\x00na@example.com", "local_part"),
        ("a..b@example.com", "local_part"),
        ("a" * 65 + "@example.com", "local_part"),
        ("anna@ex\u0430mple.com", "look_alike"),  # Cyrillic a
        ("anna@exa_mple.com", "domain"),
        ("anna@example.c", "domain"),
        ("anna@example..com", "domain"),
        ("anna@mail.local", "not_public"),
        ("anna@localhost.localdomain", "not_public"),
        ("a" * 60 + "@" + "a" * 60 + "." + ("b" * 60 + ".") * 3 + "com", "too_long"),
        ("<" + "@" * 100_000, "too_long"),
    ],
)
def test_what_no_mail_company_delivers_to_is_refused(typed: str, code: str) -> None:
    with pytest.raises(emails.EmailError) as refused:
        emails.read(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("anna@gmail,com", "anna@gmail.com"), ("anna@gmail", "anna@gmail.com"), ("anna@@gmx.de", "anna@gmx.de")],
)
def test_an_impossible_address_names_the_one_that_was_probably_meant(typed: str, meant: str) -> None:
    with pytest.raises(emails.EmailError) as refused:
        emails.read(typed)
    assert refused.value.suggestion == meant


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gmail.co", "a@gmail.com"),
        ("a@hotmial.com", "a@hotmail.com"),
        ("a@yadnex.ru", "a@yandex.ru"),
        ("a@mial.ru", "a@mail.ru"),
        ("a@example.con", "a@example.com"),
        ("a@xn--n1aahb.com", "a@coco.com"),  # all Cyrillic, looks Latin
        ("a@gmail.com", ""),
        ("a@ymail.com", ""),
        ("a@acme.de", ""),
        ("a@xn--80a1acny.xn--p1ai", ""),
    ],
)
def test_likely_slips_are_asked_about(address: str, meant: str) -> None:
    assert emails.suggestion(address) == meant


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80) | st.emails())
def test_an_address_that_was_read_is_plain_and_stays_as_it_is(typed: str) -> None:
    try:
        address = emails.read(typed)
    except emails.EmailError:
        return
    assert address.isascii() and address == address.lower() and len(address) <= 254
    assert emails.read(address) == address
    meant = emails.suggestion(address)
    assert not meant or emails.read(meant) == meant


@given(st.data())
def test_unseen_characters_anywhere_make_no_second_address(data: st.DataObject) -> None:
    address = "anna.smith@mail.example.com"
    at = data.draw(st.integers(0, len(address)))
    unseen = data.draw(st.text(alphabet=UNSEEN, min_size=1, max_size=4))
    assert emails.read(address[:at] + unseen + address[at:]) == address
