"""The app's page inside Bitrix24: who may see it, what it shows, what a visit does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from storefront.core import clock
from storefront.licensing.models import Installation, License
from tests.licensing.conftest import Portals

Buy = Callable[..., License]


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def bearer(response: Any) -> str:
    found = re.search(r"Bearer ([^\"&]+)", response.content.decode())
    assert found
    return found[1]


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


def test_paid_before_installed_becomes_active_when_the_app_is_opened(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    assert license.status == "pending"
    portals.stand_in.install("acme", "yeastar-s")
    response = portals.open()
    assert response.status_code == 200
    license = fresh(license)
    assert (license.status, license.member_id) == ("active", "a" * 32)
    assert "The license works in" in text(response)


def test_installed_before_paid_is_active_at_once(portals: Portals, buy: Buy) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    assert buy(portal=portals.host()).status == "active"


def test_installer_page_links_the_license_and_loads_the_portal_script(
    portals: Portals, buy: Buy, settings: Any
) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    response = portals.open(to_installer=True)
    assert response.status_code == 200
    assert settings.BITRIX24_JS_URL in text(response)
    assert fresh(license).status == "active"
    assert portals.stand_in.base_url in response["Content-Security-Policy"]


def test_employee_on_the_installer_page_installs_nothing(portals: Portals, buy: Buy, settings: Any) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    response = portals.open(user=2, to_installer=True)
    assert "Only an administrator can install" in text(response)
    assert settings.BITRIX24_JS_URL not in text(response)
    assert not Installation.objects.get().is_installed
    assert fresh(license).status == "pending"


def test_payment_tab_shows_status_type_end_days_portal_and_extend(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host(), months=1)
    portals.stand_in.install("acme", "yeastar-s")
    page = text(portals.open(options={"tab": "payment"}))
    assert re.search(r'id="tab-payment" checked', page)
    for words in ("Standard", "Active", portals.host(), license.number, "Days left"):
        assert words in page
    link = re.search(r'href="([^"]+)" target="_blank" rel="noopener">Extend', page)
    assert link and link[1].startswith("http://testserver/basket/extend/")


def test_employee_sees_neither_price_nor_extend(portals: Portals, buy: Buy) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    admin, employee = text(portals.open()), text(portals.open(user=2))
    assert "Extend</a>" in admin and "/basket/extend/" in admin
    assert "Standard" in employee
    assert "/basket/extend/" not in employee and "€" not in employee
    assert "An administrator of your Bitrix24 can extend" in employee


def test_administrator_sees_the_price_of_one_more_period(portals: Portals, shop: Any, customer: Any) -> None:
    from tests.licensing.conftest import make_invoice, paid

    paid(make_invoice(customer, shop.software, portal=portals.host(), months=12))
    portals.stand_in.install("acme", "yeastar-s")
    assert "€96.00" in text(portals.open())
    assert "€" not in text(portals.open(user=2))


def test_unlicensed_portal_is_shown_the_way_to_a_license(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    page = text(portals.open())
    assert f"No license for {portals.host()} yet" in page
    assert f"http://testserver{product.product.get_absolute_url()}" in page


def test_page_may_be_framed_by_its_portal_alone_and_is_never_stored(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    response = portals.open()
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part)
    assert policy["frame-ancestors"] == f"http://{portals.host()}"
    assert policy["default-src"] == "'self'"
    assert "X-Frame-Options" not in response
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def ancestors(response: Any) -> list[str]:
    found = re.search(r"frame-ancestors ([^;]+)", response["Content-Security-Policy"])
    assert found
    return found[1].split()


@pytest.mark.parametrize("opened_at", ["http://portal", "http://bitrix.firma.local:8080", "https://crm.acme.de"])
@pytest.mark.parametrize("to_installer", [False, True])
def test_portal_that_is_opened_under_another_name_may_frame_the_page_too(
    portals: Portals, product: Any, opened_at: str, to_installer: bool
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    response = portals.open(opened_at=opened_at, to_installer=to_installer)
    assert response.status_code == 200
    assert ancestors(response) == [f"http://{portals.host()}", opened_at]


def test_name_in_the_address_bar_is_believed_for_the_frame_alone(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open(opened_at="https://crm.acme.de")
    assert Installation.objects.get().host == portals.host()


@pytest.mark.parametrize(
    "name", ["*", "acme.de https://evil.org", "acme.de;script-src *", "https://acme.de", "a'b", ""]
)
def test_what_is_no_name_of_a_host_frames_nothing(portals: Portals, product: Any, name: str) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch()
    response = portals.client.post("/bitrix24/app/", launch.form, query_params={"DOMAIN": name, "PROTOCOL": "1"})
    assert (response.status_code, ancestors(response)) == (400, ["'none'"])
    assert "script-src *" not in response["Content-Security-Policy"]


def test_other_pages_may_not_be_framed(client: Any, wagtail_site: Any) -> None:
    response = client.get("/bitrix24/app/")
    assert response.status_code == 405
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_status_is_told_to_the_bearer_alone(portals: Portals, client: Any, buy: Buy) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    token = bearer(portals.open(user=2))
    buy(portal=portals.host())
    path = reverse("bitrix24-status")
    page = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert "The license works in" in text(page)
    assert "/basket/extend/" not in text(page)
    assert token in text(page)
    assert page["Cache-Control"] == "no-store" and not page.cookies
    for headers in ({}, {"Authorization": f"Bearer {token}x"}, {"Authorization": f"Basic {token}"}):
        refused = client.get(path, headers=headers)
        assert (refused.status_code, "license works" in text(refused)) == (286, False)


def test_bearer_dies_after_an_hour_however_often_it_asks(portals: Portals, client: Any, buy: Buy) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    token = bearer(portals.open())
    for minutes, status in ((30, 200), (59, 200), (61, 286)):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            page = client.get(reverse("bitrix24-status"), headers={"Authorization": f"Bearer {token}"})
        assert page.status_code == status
        if status == 200:
            token = bearer(page)


def test_reload_asks_the_authorization_server_once(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch()
    assert [portals.post(launch).status_code for _ in range(3)] == [200] * 3
    assert portals.calls("app.info") == 1


def test_token_of_another_app_of_the_portal_is_not_ours(portals: Portals, product: Any, settings: Any) -> None:
    settings.BITRIX24_APPS = [app for app in settings.BITRIX24_APPS if app["code"] != "telegram"]
    portals.stand_in.install("acme", "telegram")
    assert portals.open(app="telegram").status_code == 401
    assert not Installation.objects.exists()


def test_license_of_one_product_is_not_opened_by_another_app(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "telegram")
    assert portals.open(app="telegram").status_code == 200
    assert fresh(license).status == "pending"


def test_token_of_another_portal_is_refused_also_when_known(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host("acme"))
    for portal in ("acme", "globex"):
        portals.stand_in.install(portal, "yeastar-s")
    launch = portals.launch("globex")
    assert portals.post(launch, member_id="a" * 32).status_code == 401
    assert portals.post(launch).status_code == 200
    assert portals.post(launch, member_id="a" * 32).status_code == 401
    assert fresh(license).status == "pending"


def test_portal_cannot_claim_an_address_by_the_form(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host("acme"))
    portals.stand_in.install("globex", "yeastar-s")
    launch = portals.launch("globex")
    url = launch.url.replace(f"127.0.0.1%3A{portals.host('globex').split(':')[1]}", portals.host("acme"))
    assert portals.client.post(url.removeprefix("http://testserver"), launch.form).status_code == 200
    assert fresh(license).status == "pending"


def test_address_a_portal_only_reports_links_nothing(portals: Portals, buy: Buy) -> None:
    """The server at the reported address does not accept the token: the portal spoke of somebody else's address."""
    license = buy(portal=portals.host("acme"))
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "unauthorized", times=-1)
    assert portals.open().status_code == 200
    assert not Installation.objects.get().is_host_proven
    assert fresh(license).status == "pending"


@pytest.mark.parametrize("fault", ["wrong_client_id", "wrong_member_id", "unauthorized", "not_installed"])
def test_what_the_authorization_server_denies_is_refused(portals: Portals, buy: Buy, fault: str) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("oauth/app.info", fault)
    response = portals.open()
    assert response.status_code == 401
    assert f"frame-ancestors http://{portals.host()}" in response["Content-Security-Policy"]
    assert license.number not in text(response)
    assert fresh(license).status == "pending"


@pytest.mark.parametrize("fault", ["server_error", "html", "malformed", "drop", "query_limit", "huge"])
def test_no_answer_of_the_authorization_server_changes_nothing(portals: Portals, buy: Buy, fault: str) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("oauth/app.info", fault, times=-1)
    response = portals.open()
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert fresh(license).status == "pending"
    assert not Installation.objects.exists()
    again = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', response.content.decode()))
    assert set(again) == set(portals.launch().form)
    portals.stand_in.faults.clear()
    assert portals.open().status_code == 200


def test_last_known_state_is_shown_to_the_portal_alone_when_nobody_can_confirm_it(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    portals.stand_in.fault("oauth/app.info", "server_error", times=-1)
    launch = portals.launch()
    known, stranger = portals.post(launch), portals.post(launch, APPLICATION_TOKEN="0" * 32)
    assert known.status_code == stranger.status_code == 503
    assert license.number in text(known) and "not checked" in text(known)
    assert "/basket/extend/" not in text(known)
    assert license.number not in text(stranger)
    assert fresh(license).status == "active"


def test_portal_on_a_free_plan_is_served_without_harm(portals: Portals, buy: Buy, run_jobs: Any) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    portals.stand_in.set_plan("acme", "free")
    response = portals.open()
    assert response.status_code == 200
    assert "The license works in" in text(response)
    assert fresh(license).status == "active"


def test_claim_of_a_portal_whose_plan_has_no_rest_waits_and_says_why(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.set_plan("acme", "free")
    assert "has not confirmed its address" in text(portals.open())
    assert fresh(license).status == "pending"
    portals.stand_in.set_plan("acme", "std")
    portals.open()
    assert fresh(license).status == "active"


def test_unfinished_installation_shows_nothing(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    response = portals.open()
    assert response.status_code == 401
    assert "installation is not finished" in text(response)
    assert not Installation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"AUTH_ID": None}, 400),
        ({"AUTH_ID": "short"}, 400),
        ({"AUTH_ID": "x" * 5000}, 400),
        ({"AUTH_ID": "a b\r\nHost: evil" * 3}, 400),
        ({"member_id": None}, 400),
        ({"member_id": "../../etc/passwd"}, 400),
        ({"AUTH_ID": "f" * 64}, 401),
        ({"APPLICATION_TOKEN": "<script>"}, 400),
        ({"SERVER_ENDPOINT": "http://evil.example/rest/"}, 200),
        ({"SERVER_ENDPOINT": None}, 200),
        ({"PLACEMENT_OPTIONS": "undefined"}, 200),
        ({"PLACEMENT_OPTIONS": "[" * 3000}, 200),
        ({"REFRESH_ID": ""}, 200),
    ],
)
def test_odd_forms_get_a_page_and_no_server_error(
    portals: Portals, product: Any, changes: dict[str, Any], status: int
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    assert portals.post(portals.launch(), **changes).status_code == status


def test_too_long_a_body_is_not_read(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch()
    assert portals.post(launch, PLACEMENT_OPTIONS="x" * 66_000).status_code == 413
    assert portals.client.post("/bitrix24/events/", b"x" * 66_000, content_type="text/plain").status_code == 413


def test_multipart_forms_are_read_too(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    launch = portals.launch(to_installer=True)
    assert portals.client.post(launch.url.removeprefix("http://testserver"), launch.form).status_code == 200


def test_client_secret_never_reaches_a_portal(portals: Portals, buy: Buy, run_jobs: Any) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    portals.stand_in.advance(3700)
    run_jobs()
    assert portals.calls("/oauth/token") == 1
    assert portals.stand_in.secret_leaks == []


def test_slow_portal_is_asked_once_a_minute_whatever_is_posted(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "slow", times=-1, seconds=20)
    launch = portals.launch()
    assert [portals.post(launch).status_code for _ in range(3)] == [200, 200, 200]
    assert (portals.calls("app.info"), portals.calls("/rest/profile")) == (1, 1)
    assert portals.open().status_code == 200  # somebody else's token asks nothing of that portal either
    assert (portals.calls("app.info"), portals.calls("/rest/profile")) == (2, 1)
    portals.stand_in.faults.clear()
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=True):
        assert portals.post(launch).status_code == 200
    assert portals.calls("/rest/profile") == 2


def test_visits_that_need_asking_are_throttled_though_they_succeed(
    portals: Portals, product: Any, settings: Any
) -> None:
    settings.THROTTLES = settings.THROTTLES | {"bitrix24-verify": "3/minute"}
    portals.stand_in.install("acme", "yeastar-s")
    launches = [portals.launch() for _ in range(5)]
    assert [portals.post(launch).status_code for launch in launches] == [200, 200, 200, 429, 429]
    assert portals.calls("app.info") == portals.calls("/rest/profile") == 3
    assert portals.post(launches[0]).status_code == 200  # known already: nobody is asked


def test_failures_are_throttled_per_visitor_and_do_not_lock_others_out(
    portals: Portals, product: Any, settings: Any
) -> None:
    settings.THROTTLES = settings.THROTTLES | {"bitrix24-verify": "3/minute"}
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch()
    answers = [portals.post(launch, AUTH_ID=f"{number:064x}").status_code for number in range(6)]
    assert answers == [401, 401, 401, 429, 429, 429]
    asked = portals.calls("app.info")
    assert portals.post(launch).status_code == 429
    assert portals.calls("app.info") == asked
    url = launch.url.removeprefix("http://testserver")
    assert portals.client.post(url, launch.form, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_tokens_are_not_logged(portals: Portals, buy: Buy, run_jobs: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch()
    portals.post(launch)
    portals.post(launch, member_id="b" * 32)
    portals.deliver()
    run_jobs()
    for name in ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN"):
        assert launch.form[name] not in caplog.text


def test_renamed_portal_keeps_its_license(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    old, new = portals.host(), portals.stand_in.rename("acme")
    page = text(portals.open())
    assert "The license works in" in page and new in page
    installation = Installation.objects.get()
    assert (installation.host, installation.is_host_proven) == (new, True)
    assert list(installation.hosts.values_list("host", flat=True)) == [old, new]
    assert fresh(license).status == "active"


def test_former_address_is_nobodys_claim(portals: Portals, buy: Buy, make_customer: Any) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    old = portals.host()
    portals.stand_in.rename("acme")
    portals.open()
    late = buy(portal=old, customer=make_customer("late@example.com"))
    assert late.status == "pending"


def test_the_page_speaks_the_language_chosen_in_the_portal(portals: Portals, buy: Buy) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch("acme", "yeastar-s", None)
    path = launch.url.removeprefix("http://testserver")
    spoken = re.sub(r"LANG=\w+", "LANG=ru", path) if "LANG=" in path else f"{path}&LANG=ru"
    response = portals.client.post(spoken, launch.form)
    assert response.status_code == 200
    assert '<html lang="ru"' in text(response) and "Лицензия действует на" in text(response)
    status = portals.client.get(
        reverse("bitrix24-status"), {"LANG": "ru"}, HTTP_AUTHORIZATION=f"Bearer {bearer(response)}"
    )
    assert "Лицензия действует на" in text(status)
    assert "?LANG=ru" in text(response)
