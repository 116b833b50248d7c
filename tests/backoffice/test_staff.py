"""Staff are invited, given roles and sent away; nobody makes anybody more than they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from wagtail.models import ModelLogEntry

from cms.permissions import ensure_role
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from storefront.users import roles, staffing
from storefront.users.models import StaffInvitation, User
from tests.backoffice.conftest import show_password_again

pytestmark = pytest.mark.django_db

NEW = {"email": "new@staff.example", "name": "Nina New", "language": "en", "reason": "Hired"}
PASSWORD = "a long enough secret"


def confirmed(client: Client, path: str, **data: Any) -> Any:
    """The form, its preview, its confirmation."""
    shown = client.post(path, data)
    digest = shown.context and shown.context.get("confirmed")
    return client.post(path, data | {"confirmed": digest}) if digest else shown


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    show_password_again(client)
    return client


def invited(owner: Client, *names: str) -> StaffInvitation:
    response = confirmed(owner, "/admin/staff/invite/", roles=[ensure_role(name).pk for name in names], **NEW)
    assert response.status_code == 302, response.context["form"].errors
    return StaffInvitation.objects.get()


def link() -> str:
    """The path of the last mail's link."""
    (found,) = re.findall(r"http://testserver(/account/invitation/\S+/)", mail.outbox[-1].body)
    return found


def test_who_is_invited_chooses_a_password_and_has_the_roles(
    client_of: Callable[[str], Client], staff: Any, run_jobs: Callable[[], Any]
) -> None:
    owner = client_of("Owner")
    invitation = invited(owner, roles.SUPPORT)
    run_jobs()
    told = {message.to[0]: message for message in mail.outbox}
    assert "new@staff.example" in told and "owner@staff.example" in told
    mail.outbox[:] = [told["new@staff.example"]]
    path, visitor = link(), Client()
    assert "Nina New" in visitor.get(path).content.decode()
    assert visitor.post(path, {"password1": "123", "password2": "123"}).status_code == 422
    assert not User.objects.filter(email="new@staff.example").exists()
    answer = visitor.post(path, {"password1": PASSWORD, "password2": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    person = User.objects.get(email="new@staff.example")
    assert [group.name for group in person.groups.all()] == [roles.SUPPORT]
    assert (person.is_staff, person.is_superuser, person.check_password(PASSWORD)) == (True, False, True)
    assert visitor.get("/admin/orders/").status_code == 200
    assert visitor.get("/admin/staff/").status_code == 403
    assert Client().get(path).status_code == 410
    invitation.refresh_from_db()
    assert invitation.user == person
    entry = ModelLogEntry.objects.get(action="staff.invite")
    assert (entry.user.email, entry.comment) == ("owner@staff.example", "Hired")
    assert entry.data["after"] == {"E-mail": "new@staff.example", "Roles": "Support"}


def test_before_the_second_factor_nothing_is_shown(
    client_of: Callable[[str], Client], run_jobs: Callable[[], Any], settings: Any
) -> None:
    invited(client_of("Owner"), roles.SUPPORT)
    run_jobs()
    mail.outbox[:] = [message for message in mail.outbox if message.to == ["new@staff.example"]]
    settings.STAFF_MFA_REQUIRED = True
    visitor = Client()
    visitor.post(link(), {"password1": PASSWORD, "password2": PASSWORD})
    assert visitor.get("/admin/orders/")["Location"] == "/account/2fa/totp/activate/"


def test_a_link_dies_with_time_with_withdrawal_and_with_a_newer_one(
    client_of: Callable[[str], Client], run_jobs: Callable[[], Any]
) -> None:
    owner = client_of("Owner")
    invitation = invited(owner, roles.SUPPORT)
    run_jobs()
    mail.outbox[:] = [message for message in mail.outbox if message.to == ["new@staff.example"]]
    first = link()
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)):
        assert Client().get(first).status_code == 410
    assert confirmed(owner, f"/admin/staff/invitations/{invitation.pk}/resend/", reason="Lost").status_code == 302
    run_jobs()
    second = link()
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    assert confirmed(owner, f"/admin/staff/invitations/{invitation.pk}/withdraw/", reason="No").status_code == 302
    assert Client().get(second).status_code == 410
    assert confirmed(owner, f"/admin/staff/invitations/{invitation.pk}/resend/", reason="x").status_code == 422
    assert Client().get("/account/invitation/1:forged/").status_code == 410


@pytest.mark.parametrize("whose", ["customer", "staff", "invited"])
def test_an_address_that_is_in_use_is_not_invited(
    client_of: Callable[[str], Client], staff: Any, make_customer: Any, whose: str
) -> None:
    owner = client_of("Owner")
    if whose == "customer":
        make_customer("New@Staff.example")
    elif whose == "staff":
        User.objects.filter(pk=staff("Sales").pk).update(email="new@staff.example")
    else:
        invited(owner, roles.SUPPORT)
    form = {**NEW, "roles": [ensure_role(roles.SUPPORT).pk]}
    response = confirmed(owner, "/admin/staff/invite/", **form)
    assert response.status_code == 422
    assert "email" in response.context["form"].errors
    words = {"customer": "is a customer's account", "staff": "account of staff", "invited": "Send it again"}
    assert words[whose] in response.context["form"].errors["email"][0]


def test_an_address_that_buys_before_it_accepts_makes_no_staff(
    client_of: Callable[[str], Client], make_customer: Any, run_jobs: Callable[[], Any]
) -> None:
    invited(client_of("Owner"), roles.SUPPORT)
    run_jobs()
    mail.outbox[:] = [message for message in mail.outbox if message.to == ["new@staff.example"]]
    buyer = make_customer("new@staff.example")
    answer = Client().post(link(), {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 410 and "become a customer" in answer.content.decode()
    buyer.refresh_from_db()
    assert not buyer.is_staff and not buyer.groups.exists()


def test_a_group_that_does_not_open_the_back_office_is_no_role(client_of: Callable[[str], Client]) -> None:
    other = Group.objects.create(name="Other software")
    response = confirmed(client_of("Owner"), "/admin/staff/invite/", roles=[other.pk], **NEW)
    assert response.status_code == 422 and "roles" in response.context["form"].errors


def test_no_link_is_stored(client_of: Callable[[str], Client]) -> None:
    invited(client_of("Owner"), roles.SUPPORT)
    assert not [row for row in OutboxMessage.objects.all() if "/account/invitation/" in str(row.payload)]


def inviter(staff: Any) -> Client:
    """Somebody of support who may invite."""
    person = staff("Support", "lead")
    person.user_permissions.add(Permission.objects.get(codename="invite_staff"))
    return of(person)


def test_who_is_no_owner_gives_no_more_than_they_have(staff: Any) -> None:
    lead, owner, helper = inviter(staff), staff("Owner"), staff("Support")
    for name in (roles.OWNER, roles.ACCOUNTING, roles.SALES):
        form = {**NEW, "roles": [ensure_role(name).pk]}
        response = confirmed(lead, "/admin/staff/invite/", **form)
        assert response.status_code == 422 and name in str(response.context["form"].errors), name
        response = confirmed(lead, f"/admin/staff/{helper.pk}/roles/", roles=[ensure_role(name).pk], reason="x")
        assert response.status_code == 422, name
    assert list(helper.groups.values_list("name", flat=True)) == [roles.SUPPORT]
    for act in ("roles", "second-factor", "away"):
        data = {"reason": "x", "roles": [ensure_role(roles.SUPPORT).pk]}
        assert confirmed(lead, f"/admin/staff/{owner.pk}/{act}/", **data).status_code == 422, act
    assert staffing.is_owner(owner)
    assert invited(lead, roles.SUPPORT)


def test_nobody_makes_themselves_more(staff: Any) -> None:
    lead = inviter(staff)
    own = User.objects.get(email="supportlead@staff.example")
    form = {"roles": [ensure_role(roles.SUPPORT).pk, ensure_role(roles.OWNER).pk], "reason": "x"}
    assert confirmed(lead, f"/admin/staff/{own.pk}/roles/", **form).status_code == 422
    assert not staffing.is_owner(own)


def test_the_last_owner_stays(staff: Any) -> None:
    owner = staff("Owner")
    client = of(owner)
    support = [ensure_role(roles.SUPPORT).pk]
    assert confirmed(client, f"/admin/staff/{owner.pk}/roles/", roles=support, reason="x").status_code == 422
    assert confirmed(client, f"/admin/staff/{owner.pk}/away/", reason="x").status_code == 422
    assert staffing.is_owner(owner)
    other = staff("Owner", "second")
    assert confirmed(client, f"/admin/staff/{other.pk}/roles/", roles=support, reason="x").status_code == 302
    assert not staffing.is_owner(other)


def test_who_leaves_is_out_at_once_and_kept_in_the_history(client_of: Any, staff: Any, run_jobs: Any) -> None:
    owner, leaver = client_of("Owner"), staff("Support")
    EmailAddress.objects.create(user=leaver, email=leaver.email, verified=True, primary=True)
    session = of(leaver)
    assert session.get("/admin/orders/").status_code == 200
    assert confirmed(owner, f"/admin/staff/{leaver.pk}/away/", reason="Left").status_code == 302
    assert session.get("/admin/orders/").status_code == 302
    leaver.refresh_from_db()
    assert not leaver.is_active and not leaver.groups.exists()
    page = owner.get(f"/admin/staff/{leaver.pk}/").content.decode()
    assert "Take access away; Roles: Support → –" in page and "Left" in page
    run_jobs()
    assert ["owner@staff.example"] in [message.to for message in mail.outbox]


def test_a_lost_second_factor_is_reset(client_of: Any, staff: Any) -> None:
    owner, helper = client_of("Owner"), staff("Support")
    TOTP.activate(helper, generate_totp_secret())
    session = of(helper)
    assert confirmed(owner, f"/admin/staff/{helper.pk}/second-factor/", reason="Phone lost").status_code == 302
    assert not is_mfa_enabled(helper)
    assert session.get("/admin/orders/").status_code == 302


def test_acts_on_staff_need_a_fresh_log_in(staff: Any) -> None:
    client = Client()
    client.force_login(staff("Owner"))
    for path in ("/admin/staff/invite/", f"/admin/staff/{staff('Support').pk}/away/"):
        assert client.get(path)["Location"].startswith("/account/reauthenticate/"), path


def test_lists_ask_a_fixed_number_of_queries(client_of: Any, staff: Any, django_assert_max_num_queries: Any) -> None:
    owner = client_of("Owner")
    for number in range(6):
        staff("Support", str(number))
    with django_assert_max_num_queries(33):
        body = owner.get("/admin/staff/").content.decode()
    assert "support5@staff.example" in body
