"""What is typed into the environment is read as what it is meant to be, or refused by its name."""

from __future__ import annotations

import re
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from storefront.core import environment
from storefront.core.environment import Environment

ROOT = Path(__file__).resolve().parents[2]


def read(method: str, value: str, **options: Any) -> Any:
    env = Environment({"NAME": value})
    found = getattr(env, method)("NAME", **options)
    env.refuse()
    return found


@pytest.mark.parametrize(
    ("method", "value", "options", "meant"),
    [
        ("boolean", " True ", {"default": False}, True),
        ("boolean", "off", {"default": True}, False),
        ("integer", "14", {"default": 1}, 14),
        ("entries", " a , b,", {}, ["a", "b"]),
        ("origin", "https://shop.example/", {"default": ""}, "https://shop.example"),
        ("url", "https://api.example/v1/", {"default": ""}, "https://api.example/v1/"),
        ("host", "mail.example", {"default": ""}, "mail.example"),
        ("host", "2001:db8::1", {"default": ""}, "2001:db8::1"),
        ("email", "shop@acme.example", {"default": ""}, "shop@acme.example"),
        ("time_zone", "Europe/Berlin", {"default": "UTC"}, "Europe/Berlin"),
        ("path", "/srv/media", {"default": Path("/")}, Path("/srv/media")),
        ("choice", "INFO", {"default": "", "among": ["INFO"]}, "INFO"),
    ],
)
def test_reads_what_is_meant(method: str, value: str, options: dict[str, Any], meant: object) -> None:
    assert read(method, value, **options) == meant


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_variable_has_its_default(blank: str) -> None:
    assert read("integer", blank, default=3) == 3


@pytest.mark.parametrize(
    ("method", "value", "options"),
    [
        ("boolean", "ture", {"default": True}),
        ("boolean", "2", {"default": True}),
        ("integer", "14 days", {"default": 1}),
        ("integer", "-1", {"default": 1}),
        ("integer", "1.5", {"default": 1}),
        ("integer", "70000", {"default": 1, "at_most": 65535}),
        ("text", "two\nlines", {}),
        ("text", "pk_live_x", {"pattern": "sk_.*"}),
        ("entries", "https://a.example, b.example", {"each": environment.origin}),
        ("entries", "shop.example:8000", {"each": environment.allowed_host}),
        ("entries", "*", {"each": environment.allowed_host}),
        ("origin", "https://shop.example/shop", {"default": ""}),
        ("origin", "shop.example", {"default": ""}),
        ("origin", "https://user@shop.example", {"default": ""}),
        ("origin", "https://shop.example:port", {"default": ""}),
        ("origin", "https://good.example\\@evil.example", {"default": ""}),
        ("url", "ftp://files.example", {"default": ""}),
        ("url", "https://[broken", {"default": ""}),
        ("host", "mail.example:25", {"default": ""}),
        ("email", "shop", {"default": ""}),
        ("email", "a@b.example, c@d.example", {"default": ""}),
        ("time_zone", "Mars/Olympus", {"default": "UTC"}),
        ("time_zone", "../../etc/passwd", {"default": "UTC"}),
        ("time_zone", "localtime", {"default": "UTC"}),
        ("time_zone", "Factory", {"default": "UTC"}),
        ("path", "media", {"default": Path("/")}),
        ("choice", "info", {"default": "INFO", "among": ["INFO"]}),
        ("json", "{", {"default": {}, "check": dict, "what": "an object"}),
        ("database", "mysql://u:p@host/name", {"default": "sqlite:////x"}),
        ("database", "postgres://u:p@host:port/name", {"default": "sqlite:////x"}),
        ("cache", "memcached://host", {"default": "locmemcache://"}),
    ],
)
def test_refuses_by_name_and_never_shows_the_value(method: str, value: str, options: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(method, value, **options)
    assert "- NAME must be " in str(refused.value)
    assert value not in str(refused.value)


def test_everything_wrong_is_named_at_once() -> None:
    env = Environment({"A": "x", "B": "y"})
    env.integer("A", default=1)
    env.boolean("B", default=True)
    env.integer("A", default=1)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.refuse()
    assert [line.split()[1] for line in str(refused.value).splitlines()[1:]] == ["A", "B"]


@pytest.mark.parametrize(
    ("typed", "name", "address"),
    [
        ("shop@acme.example", "", "shop@acme.example"),
        ("Acme <shop@acme.example>", "Acme", "shop@acme.example"),
        ("Acme, Inc. <shop@acme.example>", "Acme, Inc.", "shop@acme.example"),
        ('"Acme, Inc." <shop@acme.example>', "Acme, Inc.", "shop@acme.example"),
        ('Acme "The Shop" <shop@acme.example>', 'Acme "The Shop"', "shop@acme.example"),
        ("Магазин (лицензии) <shop@acme.example>", "Магазин (лицензии)", "shop@acme.example"),
        ("<shop@acme.example>", "", "shop@acme.example"),
    ],
)
def test_the_sender_of_mails_keeps_name_and_address(typed: str, name: str, address: str) -> None:
    assert sender(read("mailbox", typed, default="")) == (name, address)


@pytest.mark.parametrize(
    "typed", ["Acme", "Acme <shop>", "a@b.example, c@d.example", "Acme <a@b.example> <c@d.example>"]
)
def test_no_sender_is_made_of_what_is_none(typed: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        read("mailbox", typed, default="")


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).filter(
        lambda text: text.strip(' "<>')
    )
)
def test_any_name_before_an_address_is_one_sender(name: str) -> None:
    name = " ".join(name.translate(str.maketrans("", "", '"<>\\')).split()) or "x"
    shown, address = sender(read("mailbox", f"{name} <shop@acme.example>", default=""))
    assert address == "shop@acme.example"
    assert shown == name


def sender(mailbox: str) -> tuple[str, str]:
    """The one sender that a mail program reads in a mail from ``mailbox``."""
    from django.core.mail import EmailMessage

    raw = EmailMessage("subject", "body", mailbox, ["to@acme.example"]).message().as_string()
    (found,) = message_from_string(raw, policy=policy.default)["From"].addresses
    return found.display_name, found.addr_spec


def test_readme_lists_every_variable_that_is_read() -> None:
    files = [*(ROOT / "storefront" / "settings").glob("*.py"), ROOT / "storefront" / "gunicorn_conf.py"]
    asked = {name for file in files for name in re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', file.read_text())}
    table = (ROOT / "README.md").read_text().partition("## Configuration")[2].partition("### Keys")[0]
    assert asked - set(re.findall(r"`([A-Z0-9_]+)`", table)) == set()
    assert len(asked) > 40
