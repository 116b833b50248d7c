"""Every way into the back offices leads through the one log-in and, where it is demanded, the second factor."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import NoReverseMatch, reverse

from storefront.core import clock
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"
BACK_OFFICES = ["/admin/", "/admin/pages/", "/admin/orders/"]


@pytest.fixture
def staff(make_customer: Any) -> Any:
    user = make_customer("staff@example.com", name="Stan Staff")
    user.is_staff = user.is_superuser = True
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@pytest.fixture
def marketer(make_customer: Any) -> Any:
    user = make_customer("marketer@example.com", name="Mara Marketer")
    group = Group.objects.create(name="Marketers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(group)
    return user


def log_in(client: Client, email: str, then: str = "") -> Any:
    return client.post(LOGIN, {"login": email, "password": PASSWORD, "next": then})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.parametrize(
    ("door", "home"),
    [
        ("/admin/login/", "/admin/"),
        ("/_util/login/", "/"),
        ("/admin/", "/admin/"),
        ("/admin/orders/?page=2", "/admin/orders/?page=2"),
    ],
)
def test_every_door_leads_to_the_one_login(client: Client, wagtail_site: Any, door: str, home: str) -> None:
    response = client.get(door)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{LOGIN}?next=")
    from urllib.parse import parse_qs, urlsplit

    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [home]


@pytest.mark.parametrize("door", ["/admin/login/", "/_util/login/", LOGIN])
def test_no_other_door_takes_a_password(
    client: Client, wagtail_site: Any, staff: Any, door: str, settings: Any
) -> None:
    """A password typed at a library's own door opens nothing, whatever its fields are called."""
    settings.STAFF_MFA_REQUIRED = True
    form = {"username": staff.email, "login-username": staff.email, "password": PASSWORD, "login-password": PASSWORD}
    client.post(door, {**form, "login_submit": "1"})
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path", ["/admin/password_reset/", "/accounts/login/", "/accounts/register/", "/django-admin/", "/gateway/"]
)
def test_doors_that_do_not_exist(client: Client, wagtail_site: Any, path: str) -> None:
    assert client.get(path).status_code in (302, 404)
    assert client.get(path, follow=True).redirect_chain in ([], [(f"{LOGIN}?next=%2Fadmin%2Fpassword_reset%2F", 302)])


@pytest.mark.parametrize(
    "name", ["customer:login", "customer:register", "password-reset", "admin:index", "checkout:index"]
)
def test_oscars_customer_pages_and_djangos_admin_have_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_door_keeps_the_visitor_on_the_site(client: Client, wanted: str) -> None:
    assert "evil" not in client.get("/admin/login/", {"next": wanted})["Location"]


@pytest.mark.parametrize("path", BACK_OFFICES)
def test_a_customer_is_refused_and_not_sent_in_a_circle(
    client: Client, wagtail_site: Any, customer: Any, path: str
) -> None:
    client.force_login(customer)
    assert client.get(path).status_code == 403
    assert client.post(path).status_code == 403


def test_a_marketer_edits_pages_and_sees_no_orders(client: Client, wagtail_site: Any, marketer: Any) -> None:
    client.force_login(marketer)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/orders/").status_code == 403


@pytest.mark.parametrize("path", ["/admin/", "/admin/orders/"])
def test_without_the_demand_a_password_is_enough(client: Client, wagtail_site: Any, staff: Any, path: str) -> None:
    assert log_in(client, staff.email, path)["Location"] == path
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", BACK_OFFICES)
def test_staff_without_a_second_factor_is_led_to_set_one_up(
    client: Client, wagtail_site: Any, staff: Any, path: str, settings: Any
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    log_in(client, staff.email)
    assert client.get(path)["Location"] == "/account/2fa/totp/activate/"


@pytest.mark.parametrize("path", BACK_OFFICES)
def test_a_second_factor_that_was_not_used_opens_nothing(
    client: Client, wagtail_site: Any, staff: Any, path: str, settings: Any
) -> None:
    """Enrolled is not enough: a session from elsewhere (a checkout, a reset link) must still show it."""
    settings.STAFF_MFA_REQUIRED = True
    TOTP.activate(staff, generate_totp_secret())
    client.force_login(staff)
    assert client.get(path)["Location"].startswith("/account/2fa/reauthenticate/?next=")
    assert client.post(path)["Location"].startswith("/account/2fa/reauthenticate/")


def test_password_alone_does_not_log_in_who_has_a_second_factor(client: Client, staff: Any) -> None:
    TOTP.activate(staff, generate_totp_secret())
    assert log_in(client, staff.email)["Location"] == "/account/2fa/authenticate/"
    assert client.get("/account/").status_code == 302


def test_with_the_second_factor_the_back_office_opens(
    client: Client, wagtail_site: Any, staff: Any, settings: Any
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    log_in(client, staff.email, "/admin/")
    assert client.get("/account/2fa/authenticate/").status_code == 200
    with time_machine.travel(clock.now(), tick=False):  # the code is another one every half minute
        response = client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_a_wrong_code_opens_nothing(client: Client, wagtail_site: Any, staff: Any, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    TOTP.activate(staff, generate_totp_secret())
    log_in(client, staff.email, "/admin/")
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_staff_sets_up_the_second_factor_alone(client: Client, wagtail_site: Any, staff: Any, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    log_in(client, staff.email)
    client.get("/admin/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    with time_machine.travel(clock.now(), tick=False):
        client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    step = client.get("/admin/")["Location"]
    codes = RecoveryCodes(staff.authenticator_set.get(type="recovery_codes")).get_unused_codes()
    assert client.post(step, {"code": codes[0]}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_the_code_that_enrolled_the_app_does_not_log_in(
    client: Client, staff: Any, django_capture_on_commit_callbacks: Any
) -> None:
    log_in(client, staff.email)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    with time_machine.travel(clock.now(), tick=False):
        code = code_of(secret)
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/account/2fa/totp/activate/", {"code": code})
        stranger = Client()
        log_in(stranger, staff.email)
        assert stranger.post("/account/2fa/authenticate/", {"code": code}).status_code == 200
        assert stranger.get("/account/").status_code == 302


def test_a_reset_link_does_not_go_around_the_second_factor(
    client: Client, wagtail_site: Any, staff: Any, settings: Any
) -> None:
    from storefront.users.password_links import password_url

    settings.STAFF_MFA_REQUIRED = True
    TOTP.activate(staff, generate_totp_secret())
    form = client.get(password_url(staff).removeprefix("http://testserver"), follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "a much better battery", "password2": "a much better battery"}
    )
    assert client.get("/admin/")["Location"].startswith(LOGIN)
