"""Events of an application's life: install, update, uninstall; genuine, repeated, late and forged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from storefront.inbox.models import InboundEvent
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.queries import link_state
from tests.licensing.conftest import Portals

Buy = Callable[..., License]
Run = Callable[[], int]


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


def caught(portals: Portals) -> bytes:
    portals.stand_in.events.wait()
    return portals.events[-1][0]


def changed(body: bytes, **fields: str) -> bytes:
    return urlencode(dict(parse_qsl(body.decode())) | fields).encode()


def test_install_event_links_the_paid_license(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    assert portals.deliver() == [200]
    assert fresh(license).status == "pending"  # stored first, acted on by the worker
    run_jobs()
    assert fresh(license).status == "active"
    installation = Installation.objects.get()
    assert installation.is_installed and installation.application_token and installation.refresh_token


def test_install_event_without_pages_comes_to_the_install_address(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    assert portals.replay(caught(portals), "/bitrix24/install/") == 200
    run_jobs()
    assert fresh(license).status == "active"


def test_install_binds_our_event_handlers_and_the_apps_address(portals: Portals, product: Any, run_jobs: Run) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    install = portals.stand_in.portal("acme").installs["yeastar-s"]
    assert {row["event"] for row in install.handlers} == {"ONAPPUNINSTALL", "ONAPPUPDATE"}
    assert {row["handler"] for row in install.handlers} == {"http://testserver/bitrix24/events/"}
    assert [row["placement"] for row in install.placements] == ["REST_APP_URI"]


def test_copies_of_an_event_are_one_event(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    body = caught(portals)
    assert [portals.replay(body) for _ in range(20)] == [200] * 20
    run_jobs()
    assert (InboundEvent.objects.count(), Activation.objects.count()) == (1, 1)
    assert portals.replay(body) == 200
    run_jobs()
    assert (fresh(license).status, Activation.objects.count(), portals.calls("/rest/profile")) == ("active", 1, 1)


def test_forged_install_installs_nothing(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    genuine = caught(portals)
    forged = changed(genuine, **{"auth[access_token]": "f" * 64, "auth[application_token]": "e" * 32})
    assert portals.replay(forged) == 200  # cannot be told from a genuine one before the worker asks
    run_jobs()
    assert not Installation.objects.exists()
    assert fresh(license).status == "pending"
    assert portals.replay(genuine) == 200  # and the forged one has not taken its place
    run_jobs()
    assert fresh(license).status == "active"


def test_install_event_cannot_replace_a_stored_application_token(portals: Portals, product: Any, run_jobs: Run) -> None:
    """An employee's token is alive, but only an administrator's may change what authenticates later events."""
    portals.stand_in.install("acme", "yeastar-s")
    body = caught(portals)
    portals.deliver()
    run_jobs()
    stored = Installation.objects.get().application_token
    employee = portals.launch(user=2)
    for access in ("f" * 64, employee.form["AUTH_ID"]):
        portals.replay(changed(body, **{"auth[access_token]": access, "auth[application_token]": "e" * 32, "ts": "1"}))
    portals.post(employee, APPLICATION_TOKEN="d" * 32)
    run_jobs()
    assert Installation.objects.get().application_token == stored


@pytest.mark.parametrize(
    "fields",
    [
        {"auth[application_token]": "0" * 32},
        {"auth[application_token]": ""},
        {"auth[member_id]": "c" * 32},
    ],
)
def test_forged_uninstall_is_refused(portals: Portals, buy: Buy, run_jobs: Run, fields: dict[str, str]) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    portals.stand_in.uninstall("acme", "yeastar-s")
    body = changed(caught(portals), **fields)
    assert portals.replay(body) == 403
    run_jobs()
    assert Installation.objects.get().is_installed
    assert InboundEvent.objects.count() == 1


def test_token_of_one_portal_proves_nothing_for_another(portals: Portals, product: Any, run_jobs: Run) -> None:
    for portal in ("acme", "globex"):
        portals.stand_in.install(portal, "yeastar-s")
    portals.deliver()
    run_jobs()
    portals.stand_in.uninstall("acme", "yeastar-s")
    assert portals.replay(changed(caught(portals), **{"auth[member_id]": "b" * 32})) == 403


def test_token_of_one_app_removes_only_that_app(portals: Portals, product: Any, run_jobs: Run) -> None:
    for app in ("yeastar-s", "telegram"):
        portals.stand_in.install("acme", app)
    portals.deliver()
    run_jobs()
    portals.stand_in.uninstall("acme", "telegram")
    portals.deliver()
    run_jobs()
    assert {i.app_code: i.is_installed for i in Installation.objects.all()} == {"yeastar-s": True, "telegram": False}


def test_uninstalled_and_installed_again_works_again_by_itself(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    portals.stand_in.uninstall("acme", "yeastar-s", clean=True)
    assert portals.deliver() == [200]
    run_jobs()
    installation = Installation.objects.get()
    assert (installation.is_installed, installation.access_token) == (False, None)
    assert link_state(fresh(license)).code == "removed"
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    assert link_state(fresh(license)).code == "linked"
    assert fresh(license).status == "active"
    assert "license" in portals.stand_in.options("acme", "yeastar-s")  # told again: its options were wiped
    assert Activation.objects.count() == 1


def test_uninstall_that_comes_after_the_next_install_is_ignored(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    portals.stand_in.fault("event.ONAPPUNINSTALL", "hold")
    portals.stand_in.uninstall("acme", "yeastar-s")
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    portals.stand_in.events.release()
    portals.deliver()
    run_jobs()
    assert Installation.objects.get().is_installed


def test_replayed_install_does_not_bring_a_removed_app_back(portals: Portals, product: Any, run_jobs: Run) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    body = caught(portals)
    portals.deliver()
    run_jobs()
    portals.stand_in.uninstall("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    portals.replay(body)
    portals.replay(changed(body, ts="1"))
    run_jobs()
    assert not Installation.objects.get().is_installed


def test_update_with_a_new_application_token_is_believed_once_confirmed(
    portals: Portals, product: Any, run_jobs: Run
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    run_jobs()
    before = Installation.objects.get().application_token
    portals.stand_in.update("acme", "yeastar-s", new_application_token=True)
    assert portals.deliver() == [200]
    run_jobs()
    assert Installation.objects.get().application_token != before
    # the new version had lost its handlers
    assert portals.stand_in.portal("acme").installs["yeastar-s"].handlers
    portals.stand_in.uninstall("acme", "yeastar-s")
    assert portals.deliver() == [200]


def test_event_waits_while_the_authorization_server_is_down(portals: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    portals.stand_in.fault("oauth/app.info", "server_error", times=-1)
    run_jobs()
    event = InboundEvent.objects.get()
    assert (event.status, event.attempts > 0, fresh(license).status) == ("received", True, "pending")
    portals.stand_in.faults.clear()
    InboundEvent.objects.update(next_attempt_at=event.received_at)
    run_jobs()
    assert fresh(license).status == "active"


def test_lost_install_event_is_made_up_for_by_the_first_visit(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.fault("event.ONAPPINSTALL", "lost")
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    assert fresh(license).status == "active"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"event=ONAPPINSTALL", 400),
        (b"\xff\xfe\x00", 400),
        (b"event=ONAPPINSTALL&auth[member_id]=" + b"a" * 32, 403),
        (b"event=ONAPPPAYMENT&auth[member_id]=" + b"a" * 32, 403),
        (b"event=onappuninstall&auth[member_id]=" + b"a" * 32 + b"&auth[application_token]=" + b"0" * 32, 403),
        (b"event[a]=1&event=2&auth[member_id]=1", 400),
        (b"&".join(b"a%d=1" % number for number in range(2000)), 400),
    ],
)
def test_junk_is_refused_and_leaves_nothing(client: Any, db: None, body: bytes, status: int) -> None:
    answer = client.post("/bitrix24/events/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status
    assert not InboundEvent.objects.exists()


def test_hooks_address_takes_no_bitrix24_event(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    assert portals.replay(caught(portals), "/hooks/bitrix24/") == 400
    assert not InboundEvent.objects.exists()


def test_flood_of_events_is_throttled(portals: Portals, product: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"bitrix24-events": "5/minute"}
    portals.stand_in.install("acme", "yeastar-s")
    body = caught(portals)
    assert [portals.replay(body) for _ in range(7)] == [200] * 5 + [429] * 2


def test_events_are_stored_without_readable_tokens(portals: Portals, product: Any, run_jobs: Run) -> None:
    from django.db import connection

    portals.stand_in.install("acme", "yeastar-s")
    token = dict(parse_qsl(caught(portals).decode()))["auth[application_token]"]
    portals.deliver()
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload, summary, event_id FROM inbox_inboundevent")
        assert token not in str(cursor.fetchall())
        run_jobs()
        cursor.execute("SELECT application_token, refresh_token FROM licensing_installation")
        assert token not in str(cursor.fetchall())
