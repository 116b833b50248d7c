"""Staff see a customer's account: the same pages, read only, for half an hour, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.account import urls as account_urls
from storefront.backoffice.customers.as_customer import permit, rendering
from storefront.billing import links
from storefront.billing.models import RefundRequest
from storefront.core import clock
from storefront.licensing.links import extend_path
from storefront.support import urls as support_urls
from storefront.support.models import Kind
from storefront.support.services import conversations
from storefront.users import urls as users_urls
from tests import purchases
from tests.backoffice.customers.acting import act, errors
from tests.billing.documents.building import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def seen(customer: Any, path: str = "/account/") -> str:
    return f"/admin/customers/{customer.pk}/as-customer{path}"


def begin(client: Client, customer: Any) -> Any:
    return act(client, f"/admin/customers/{customer.pk}/see/")


@pytest.fixture
def pages(customer: Any, invoice: Any, license: Any, consent: Any) -> list[str]:
    """Every page of the account that staff see, of a customer who has one of each thing."""
    talk = conversations.begin(
        key="k", text="Where is my invoice?", language="en", page_url="", customer=customer, kind=Kind.TICKET
    )
    conversations.answer(conversation=talk, by=customer, text="In your account.", key="a")
    document = make_document(invoice)
    asked = RefundRequest.objects.create(customer=customer, invoice=invoice)
    return [
        "/account/", "/account/documents/", f"/account/documents/{document.public_id}/", "/account/payers/",
        "/account/invoices/", f"/account/invoices/{invoice.number}/",
        f"/account/invoices/{invoice.number}/print/", "/account/licenses/", f"/account/licenses/{license.public_id}/",
        "/account/orders/", f"/account/orders/{invoice.order.number}/", "/account/agreements/",
        f"/account/agreements/{consent.order.number}/{consent.sha256}/", "/account/profile/", "/account/tickets/",
        f"/account/tickets/{talk.number}/", f"/account/refunds/{asked.public_id}/",
        "/account/payments/", "/account/expenses/", "/account/statement/", "/account/methods/",
        "/account/auto-payment/", "/account/forecast/", "/account/subscriptions/",
    ]  # fmt: skip


def contents() -> dict[str, list[Any]]:
    """Every row of every table but the sessions, which note that staff were here."""
    tables = set(connection.introspection.table_names()) - {"django_session", "usersessions_usersession"}
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def test_every_page_is_shown_and_nothing_is_written(support: Client, customer: Any, pages: list[str]) -> None:
    assert {rendering.shown_page(path).url_name for path in pages} == rendering.SHOWN  # type: ignore[union-attr]
    begin(support, customer)
    support.get(seen(customer))
    before = contents()
    for path in pages:
        for address in (path, f"/ru{path}"):
            response = support.get(seen(customer, address))
            assert response.status_code == 200, address
            assert "You see the account of" in response.content.decode()
    assert contents() == before


def test_it_shows_what_the_customer_sees(support: Client, customer: Any, pages: list[str]) -> None:
    begin(support, customer)
    own = Client()
    own.force_login(customer)

    def words(html: str) -> str:
        main = re.search(r"<main\b[^>]*>(.*)</main>", html, re.DOTALL)
        assert main
        return " ".join(re.sub(r"<script.*?</script>|<[^>]*>", " ", main.group(1), flags=re.DOTALL).split())

    for path in pages:
        theirs = words(own.get(path).content.decode())
        assert words(support.get(seen(customer, path)).content.decode()) == theirs, path


def test_links_lead_to_what_staff_see_or_nowhere(
    support: Client,
    customer: Any,
    pages: list[str],
    invoice: Any,
    license: Any,
) -> None:
    begin(support, customer)
    for path in pages:
        body = support.get(seen(customer, path)).content.decode()
        main = body[body.index('<main id="main"') :]
        for href in re.findall(r'href="([^"]*)"', main):
            assert href.startswith((f"/admin/customers/{customer.pk}/as-customer/", "#", "mailto:", "?")), (path, href)
        assert "<form" not in main
        assert "<script" not in body
        assert "csrfmiddlewaretoken" not in main
        for token in (links.pay_path(invoice), extend_path(license)):
            assert token not in body, path


def test_nothing_on_the_page_runs(support: Client, customer: Any, wagtail_site: Any) -> None:
    begin(support, customer)
    policy = support.get(seen(customer)).headers["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_whatever_could_change_something_is_refused(
    support: Client,
    customer: Any,
    license: Any,
    method: str,
) -> None:
    begin(support, customer)
    for path in ("/account/profile/", f"/account/licenses/{license.public_id}/address/"):
        assert getattr(support, method)(seen(customer, path), {"name": "Changed"}).status_code == 403
    customer.refresh_from_db()
    assert customer.name == "Ada Buyer"


@pytest.mark.parametrize(
    "path",
    [
        "/account/password/change/", "/account/password/set/", "/account/2fa/", "/account/2fa/totp/activate/",
        "/account/2fa/recovery-codes/", "/account/sessions/", "/account/email/", "/account/reauthenticate/",
        "/account/logout/", "/account/login/", "/", "/admin/", "/basket/", "/products/", "//evil.example/account/",
    ],
)  # fmt: skip
def test_other_pages_are_not_there(support: Client, customer: Any, wagtail_site: Any, path: str) -> None:
    begin(support, customer)
    assert support.get(seen(customer, path)).status_code == 404


def test_every_page_of_the_account_is_either_shown_or_left_out_on_purpose() -> None:
    """A new page needs a decision."""
    names = {
        pattern.name
        for module in (account_urls, support_urls, users_urls)
        for pattern in module.urlpatterns
        if getattr(pattern, "name", None) and str(pattern.pattern).startswith("account/")
    }
    assert names - rendering.SHOWN == {
        "account-license-address", "account-ticket-new", "account-ticket-turn", "account-ticket-rate",
        "account_set_password", "account-mail-again", "account_email", "usersessions_list", "staff-invitation",
        # forms of the customer's own, and files that staff have in the back office
        "account-invoice-send", "account-invoice-refund", "account-invoice-proof", "account-documents-archive",
        "account-documents-statement", "account-document-pdf", "account-document-xml", "account-document-ubl",
        "account-document-send", "account-document-paper", "account-license-hand-over", "account-payer-new",
        "account-payer", "account-payer-turn", "account-data", "account-data-ask", "account-data-copy",
        "account-data-erase", "erasure-withdraw", "account-top-up",
        "account-payments-file", "account-expenses-file", "account-method-add", "account-method-added",
        "account-forecast-file", "account-auto-payment-configure", "account-auto-payment-confirm",
        "account-auto-payment-off", "account-auto-payment-skip",
        "account-license-renew", "account-license-renewal", "account-method-default", "account-method-replace",
        "account-method-remove",
    }  # fmt: skip


def test_it_needs_a_reason_which_is_kept(support: Client, customer: Any, wagtail_site: Any) -> None:
    assert "reason" in errors(act(support, f"/admin/customers/{customer.pk}/see/", reason=""))
    assert support.get(seen(customer)).status_code == 302
    assert begin(support, customer).headers["Location"] == seen(customer)
    entry = ModelLogEntry.objects.get(action="customers.see_account")
    assert (entry.data["customer"], entry.data["reason"]) == (customer.pk, "Asked by phone")


def test_it_ends_after_half_an_hour(support: Client, customer: Any, wagtail_site: Any) -> None:
    begin(support, customer)
    with time_machine.travel(clock.now() + permit.LASTS - timedelta(minutes=1)):
        assert support.get(seen(customer)).status_code == 200
    with time_machine.travel(clock.now() + permit.LASTS + timedelta(seconds=1)):
        assert support.get(seen(customer)).headers["Location"].endswith("/see/")


def test_it_ends_by_its_button_and_by_the_log_out(support: Client, customer: Any, wagtail_site: Any) -> None:
    begin(support, customer)
    assert support.post(f"/admin/customers/{customer.pk}/leave/").status_code == 302
    assert support.get(seen(customer)).status_code == 302
    begin(support, customer)
    user = support.get(seen(customer)).wsgi_request.user
    support.logout()
    support.force_login(user)
    assert support.get(seen(customer)).status_code == 302


def test_the_permit_is_for_one_customer(
    support: Client, customer: Any, make_customer: Callable[..., Any], wagtail_site: Any
) -> None:
    begin(support, customer)
    assert support.get(seen(make_customer("other@example.com"))).status_code == 302


def test_whoever_loses_the_right_sees_nothing_more(
    support: Client, customer: Any, wagtail_site: Any, staff: Callable[[str], Any]
) -> None:
    begin(support, customer)
    support.get(seen(customer)).wsgi_request.user.groups.clear()
    assert support.get(seen(customer)).status_code == 403


def test_accounts_of_staff_and_closed_ones_are_not_seen(
    support: Client, customer: Any, staff: Callable[[str], Any], wagtail_site: Any
) -> None:
    assert support.get(f"/admin/customers/{staff('Accounting').pk}/see/").status_code == 404
    begin(support, customer)
    customer.is_active = False
    customer.save()
    assert support.get(seen(customer)).status_code == 302
    assert "closed" in errors(begin(support, customer))


def test_the_session_of_staff_stays_their_own(support: Client, customer: Any, shop: Any) -> None:
    """Their own account pages are theirs, also while they see another's."""
    bought = purchases.order(customer, shop)
    begin(support, customer)
    assert bought.number in support.get(seen(customer, "/account/invoices/")).content.decode()
    assert bought.number not in support.get("/account/invoices/").content.decode()
