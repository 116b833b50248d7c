"""Telling portals: the app option, the administrator's notice, and the tokens it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.core import signing

from storefront.core import clock
from storefront.licensing.bitrix24.portal_status import queue_setup
from storefront.licensing.models import Installation, License
from storefront.notifications.models import OutboxMessage
from tests.licensing.conftest import Portals, make_invoice, paid, refunded

Buy = Callable[..., License]
Run = Callable[[], int]


@pytest.fixture
def linked(portals: Portals, buy: Buy) -> License:
    """A license linked to acme, whose portal has not been told yet."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return buy(portal=portals.host())


def read_signed(value: str) -> dict[str, Any]:
    """As an application reads it: the salt is part of what it was told."""
    content: dict[str, Any] = signing.loads(value, salt="storefront.licensing.portal")
    return content


def pushes() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="bitrix24.push").order_by("pk"))


def option(portals: Portals) -> dict[str, Any]:
    return read_signed(portals.stand_in.options("acme", "yeastar-s")["license"])


def test_linked_portal_gets_the_signed_state_and_one_notice(portals: Portals, linked: License, run_jobs: Run) -> None:
    run_jobs()
    content = option(portals)
    assert content["member_id"] == "a" * 32
    [told] = content["licenses"]
    assert (told["number"], told["status"]) == (linked.number, "active")
    [notice] = portals.stand_in.notifications("acme")
    assert notice["user_id"] == 1
    assert "is active until" in notice["message"] and "[URL=/marketplace/view/sandbox.yeastar_s/?" in notice["message"]
    assert "[URL" not in notice["message_out"]
    assert all(message.status == "sent" for message in pushes())


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({"bitrix24_code": "vendor.app"}, "/marketplace/view/vendor.app/"),
        ({"client_id": "local.5c8bb1b0891cf2.87252039"}, "/marketplace/view/local.5c8bb1b0891cf2.87252039/"),
    ],
)
def test_notice_opens_the_app_by_the_code_of_the_settings_or_of_a_local_application(
    portals: Portals, linked: License, run_jobs: Run, settings: Any, extra: dict[str, str], path: str
) -> None:
    settings.BITRIX24_APPS = [settings.BITRIX24_APPS[0] | extra]
    run_jobs()
    [notice] = portals.stand_in.notifications("acme")
    assert f"[URL={path}?params[tab]=payment]" in notice["message"]
    assert portals.calls("/rest/app.info.json") == 0


def test_notice_has_no_dead_link_where_nobody_says_what_the_app_is_called(
    portals: Portals, linked: License, run_jobs: Run
) -> None:
    portals.stand_in.fault("app.info", "forbidden", times=-1, portal="acme")
    run_jobs()
    [notice] = portals.stand_in.notifications("acme")
    assert "is active until" in notice["message"] and "[URL" not in notice["message"]


def test_link_of_a_notice_opens_the_payment_tab_in_the_portal(portals: Portals, linked: License, run_jobs: Run) -> None:
    """As its reader follows it, in the portal's own pages."""
    queue_setup(Installation.objects.get())
    run_jobs()
    page = requests.get(f"http://{portals.host()}/notifications/", timeout=5).text
    link = re.search(r'href="(/marketplace/view/[^"]+)"', page)
    assert link
    opened = requests.get(f"http://{portals.host()}{link[1]}", timeout=5)
    assert opened.status_code == 200
    assert 'name="PLACEMENT" value="REST_APP_URI"' in opened.text and "&quot;payment&quot;" in opened.text


def test_option_holds_nothing_secret_and_cannot_be_altered(
    portals: Portals, linked: License, customer: Any, run_jobs: Run
) -> None:
    run_jobs()
    value = portals.stand_in.options("acme", "yeastar-s")["license"]
    assert customer.email not in str(read_signed(value))
    assert linked.public_id not in str(read_signed(value))
    with pytest.raises(signing.BadSignature):
        read_signed("A" + value[1:])


def test_extension_replaces_the_notice(portals: Portals, linked: License, buy: Buy, run_jobs: Run) -> None:
    run_jobs()
    first = option(portals)["licenses"][0]["valid_until"]
    buy(portal=portals.host(), months=1)
    run_jobs()
    assert option(portals)["licenses"][0]["valid_until"] > first
    assert len(portals.stand_in.notifications("acme")) == 1


def test_refund_is_told(portals: Portals, customer: Any, product: Any, run_jobs: Run) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    invoice = make_invoice(customer, product, portal=portals.host())
    paid(invoice)
    run_jobs()
    refunded(invoice)
    run_jobs()
    assert option(portals)["licenses"] == []
    assert "has been withdrawn" in portals.stand_in.notifications("acme")[0]["message"]


def test_old_token_is_refreshed_once_and_the_new_pair_kept(portals: Portals, linked: License, run_jobs: Run) -> None:
    before = Installation.objects.get()
    portals.stand_in.advance(3700)
    run_jobs()
    after = Installation.objects.get()
    assert portals.calls("/oauth/token") == 1
    assert after.refresh_token != before.refresh_token
    assert after.token_version == before.token_version + 1
    assert option(portals)
    portals.stand_in.advance(3700)
    OutboxMessage.objects.filter(kind="bitrix24.push").update(status="pending", next_attempt_at=clock.now())
    run_jobs()
    assert portals.calls("/oauth/token") == 2


def test_moved_portal_is_followed_after_the_authorization_server_confirms(
    portals: Portals, linked: License, run_jobs: Run
) -> None:
    new = portals.stand_in.rename("acme")
    run_jobs()
    assert Installation.objects.get().host == new
    assert option(portals)["licenses"][0]["number"] == linked.number


def test_redirect_alone_moves_nothing(portals: Portals, linked: License, run_jobs: Run) -> None:
    host = portals.host()
    portals.stand_in.fault("*", "moved", times=-1, portal="acme", to=f"http://{portals.host('globex')}/rest/")
    run_jobs()
    assert Installation.objects.get().host == host
    assert portals.stand_in.options("globex", "yeastar-s") == {}
    assert [message.status for message in pushes()] == ["pending"]


def test_free_plan_is_left_in_peace(portals: Portals, linked: License, run_jobs: Run) -> None:
    portals.stand_in.set_plan("acme", "free")
    run_jobs()
    assert [message.status for message in pushes()] == ["sent"]
    assert License.objects.get(pk=linked.pk).status == "active"
    portals.stand_in.set_plan("acme", "std")
    portals.open()  # the next visit of an administrator makes up for it
    run_jobs()
    assert option(portals)["licenses"][0]["number"] == linked.number


def test_removed_app_is_noticed(portals: Portals, linked: License, run_jobs: Run) -> None:
    portals.stand_in.fault("event.ONAPPUNINSTALL", "lost")
    portals.stand_in.uninstall("acme", "yeastar-s")
    run_jobs()
    installation = Installation.objects.get()
    assert (installation.is_installed, installation.refresh_token) == (False, None)
    assert [message.status for message in pushes()] == ["sent"]
    assert License.objects.get(pk=linked.pk).status == "active"


def test_dead_tokens_are_forgotten_and_the_next_visit_tells(portals: Portals, linked: License, run_jobs: Run) -> None:
    portals.stand_in.portal("acme").users.append(type(portals.stand_in.portal("acme").users[0])(3, "Boss", True))
    portals.stand_in.dismiss("acme", 1)
    run_jobs()
    assert Installation.objects.get().access_token is None
    assert portals.stand_in.options("acme", "yeastar-s") == {}
    portals.open(user=3)
    run_jobs()
    assert option(portals)["licenses"][0]["number"] == linked.number
    assert Installation.objects.get().admin_user_id == "3"


def test_employees_visit_leaves_no_tokens(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open(user=2)
    installation = Installation.objects.get()
    assert (installation.access_token, installation.admin_user_id, installation.is_host_proven) == (None, "", True)


@pytest.mark.parametrize("fault", ["server_error", "html", "query_limit", "rate_limit", "malformed", "drop", "deleted"])
def test_troubled_portal_is_told_later(portals: Portals, linked: License, run_jobs: Run, fault: str) -> None:
    portals.stand_in.fault("app.option.set", fault)
    run_jobs()
    assert [message.status for message in pushes()] == ["pending"]
    assert portals.stand_in.options("acme", "yeastar-s") == {}
    OutboxMessage.objects.filter(kind="bitrix24.push").update(next_attempt_at=clock.now() - timedelta(seconds=1))
    run_jobs()
    assert [message.status for message in pushes()] == ["sent"]
    assert option(portals)["licenses"][0]["number"] == linked.number


def test_troubled_portal_keeps_no_mail_back(portals: Portals, linked: License, run_jobs: Run, mailoutbox: Any) -> None:
    portals.stand_in.fault("*", "server_error", times=-1, portal="acme")
    run_jobs()
    [told] = mailoutbox
    assert f"It is active in {portals.host()}." in told.body


def test_missing_right_to_notify_does_not_keep_the_option_back(
    portals: Portals, linked: License, run_jobs: Run
) -> None:
    portals.stand_in.fault("im.notify.system.add", "insufficient_scope", times=-1)
    run_jobs()
    assert option(portals)["licenses"]
    assert [message.status for message in pushes()] == ["sent"]


def test_nothing_is_called_while_a_transaction_is_open(portals: Portals, customer: Any, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    before = len(portals.stand_in.requests)
    paid(make_invoice(customer, product, portal=portals.host()))
    assert len(portals.stand_in.requests) == before
