"""'Why does it not work?' says so plainly, asks the portal when it is pressed, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.licensing.models import Installation, License
from tests.backoffice.licenses.conftest import said
from tests.backoffice.licenses.test_acts import known
from tests.licensing.conftest import Portals

pytestmark = pytest.mark.django_db

Buy = Callable[..., License]


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def look(client: Client, license: License) -> str:
    return said(client.get(f"/admin/licenses/{license.number}/check/"))


def press(client: Client, license: License) -> str:
    return said(client.post(f"/admin/licenses/{license.number}/check/"))


@pytest.fixture
def linked(portals: Portals, buy: Buy) -> License:
    """A license that works in acme, whose administrator has opened the app."""
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return License.objects.get(pk=license.pk)


def test_a_working_license_is_in_order_and_the_portal_answers(
    portals: Portals, linked: License, support: Client, run_jobs: Any
) -> None:
    run_jobs()
    text = press(support, linked)
    assert "As far as can be seen from here, the license works." in text
    assert "The Bitrix24 answers now (our key: administrator)." in text
    assert "The Bitrix24 was last told what is true now." in text
    assert "From here your license" in text and "Отсюда ваша лицензия" in text


def test_nobody_is_asked_before_the_press(portals: Portals, linked: License, support: Client) -> None:
    before = portals.calls("profile")
    assert "answers now" not in look(support, linked)
    assert portals.calls("profile") == before


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired_token", "Our key is renewed with the next message."),
        ("forbidden", "its plan has no REST, or a right is missing"),
        ("server_error", "The Bitrix24 did not answer within a few seconds"),
        ("drop", "The Bitrix24 did not answer within a few seconds"),
        ("deleted", "The Bitrix24 was deleted or closed."),
    ],
)
def test_each_answer_of_the_portal_is_said_plainly(
    portals: Portals, linked: License, support: Client, fault: str, words: str
) -> None:
    portals.stand_in.fault("profile", fault)
    assert words in press(support, linked)


def test_asking_changes_nothing_even_when_the_key_is_too_old(
    portals: Portals, linked: License, support: Client
) -> None:
    portals.stand_in.advance(3700)
    before = list(Installation.objects.values()), list(License.objects.values())
    with CaptureQueriesContext(connection) as seen:
        assert "Our key is renewed" in press(support, linked)
    assert (list(Installation.objects.values()), list(License.objects.values())) == before
    written = [query["sql"] for query in seen if query["sql"].split()[0] in ("UPDATE", "DELETE", "INSERT")]
    assert all("portalexchange" in sql or "session" in sql for sql in written), written
    assert portals.calls("oauth/token") == 0


def test_an_address_nobody_knows_is_compared_with_those_that_are(buy: Buy, support: Client) -> None:
    known("globex.bitrix24.com", "b" * 32)
    license = buy(portal="globx.bitrix24.com")
    text = look(support, license)
    assert "Nobody has opened the app in globx.bitrix24.com." in text
    assert "Similar addresses where the app is installed: globex.bitrix24.com." in text
    assert f"Your license {license.number} is for globx.bitrix24.com" in text
    assert f"Лицензия {license.number} предназначена для globx.bitrix24.com" in text
    assert "There is no Bitrix24 that could be asked." in press(support, license)


def test_what_ended_a_license_comes_before_everything_else(linked: License, support: Client) -> None:
    License.objects.filter(pk=linked.pk).update(status="suspended", suspension="stands")
    Installation.objects.update(is_installed=False)
    assert "The license is suspended. See on its page by whom" in look(support, linked)
    License.objects.filter(pk=linked.pk).update(status="active", suspension="")
    assert "The app was removed from" in look(support, linked)
