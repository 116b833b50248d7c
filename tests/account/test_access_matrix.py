"""Who may open what: every route x role x method, against the table in access_matrix.txt.

A route without a row fails, and so does a row without a route. The back offices are covered by their prefix: their
guard is tested in tests/users/test_doors.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import SimpleCookie
from django.test import Client
from django.urls import URLResolver, get_resolver
from wagtail.documents import get_document_model

from checkout.reminders import services as links_to_carts
from storefront.billing import links
from storefront.billing.auto_top_ups import links as auto_top_ups
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.models import MethodSetup, RefundRequest, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, starting
from storefront.core import throttle
from storefront.licensing.links import extend_token, handover_url, subscription_stop_url
from storefront.licensing.services import handovers
from storefront.support.links import conversation_url, rating_url
from storefront.support.services.conversations import begin
from storefront.support.services.files import CheckedFile, attach
from storefront.users.data_protection import exports, requests
from storefront.users.models import DataRequest, User
from tests.billing.auto_top_ups import make_charge
from tests.billing.documents.building import make_document
from tests.billing.saved_methods import make_method
from tests.checkout.building import left_cart
from tests.checkout.renewals.building import turn_on
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("access_matrix.txt")
ROLES = ("anonymous", "owner", "other", "marketer", "staff")
BY_PREFIX = ("admin/", "dashboard/")


def routes() -> Iterator[str]:
    """Every pattern of the resolver but the back offices'."""

    def walk(patterns: Any, prefix: str) -> Iterator[str]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif not here.startswith(BY_PREFIX):
                yield f"/{here}"

    return iter(sorted(set(walk(get_resolver().url_patterns, ""))))


def rows() -> dict[str, dict[str, list[int]]]:
    """The table: per route and method the expected status for each role."""
    table: dict[str, dict[str, list[int]]] = {}
    for line in TABLE.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            route, method, *codes = line.split()
            assert len(codes) == len(ROLES), line
            table.setdefault(route, {})[method] = [int(code) for code in codes]
    return table


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    assert set(rows()) == set(routes())
    assert all(set(methods) == {"GET", "POST"} for methods in rows().values())


def test_the_back_offices_are_the_only_routes_without_a_row() -> None:
    below = {str(pattern.pattern) for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)}
    assert set(BY_PREFIX) <= below


@pytest.fixture
def document(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT, settings.PRIVATE_MEDIA_ROOT = tmp_path / "media", tmp_path / "private"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}}
    return get_document_model().objects.create(title="Prices", file=ContentFile(b"%PDF", name="prices.pdf"))


@pytest.fixture
def conversation(customer: Any) -> Any:
    return begin(key="k", text="A question", language="en", page_url="", customer=customer)


def receipt(conversation: Any) -> str:
    """The id of a file of the first message."""
    content = CheckedFile("receipt.txt", "text/plain", b"Paid.")
    attach([content], conversation=conversation, message=conversation.messages.get())
    return str(conversation.attachments.get().public_id)


def copy_of(customer: Any) -> DataRequest:
    """The customer's copy of their data."""
    request = requests.ask_export(customer=customer, by=customer)
    exports.make_due()
    request.refresh_from_db()
    return request


def stop_link(license: Any) -> str:
    """Of the license's renewal, which its customer has turned on."""
    subscription = turn_on(license, pays_from="account")
    return subscription_stop_url(subscription.public_id, "en").removeprefix("http://testserver")


@pytest.fixture
def addresses(
    invoice: Any, license: Any, consent: Any, conversation: Any, document: Any, stripe: Any, shop: Any
) -> dict[str, str]:
    """One real address, of the owner's things, for every route that takes arguments."""
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    pay, back = links.pay_token(invoice), links.return_url(payment).split("/")[-2]
    order, product = invoice.order.number, shop.software.product
    payer = payers.add(customer=invoice.customer, details=PayerDetails(name="Ada", country="DE")).public_id
    User.objects.create_user("receiver@example.com")
    offer = handovers.offer(license=license, holder=license.customer, email="receiver@example.com", language="en")
    handover = handover_url(offer).removeprefix("http://testserver")
    asked = RefundRequest.objects.create(customer=invoice.customer, invoice=invoice)
    reminder = links_to_carts.token_of(left_cart(shop.term()))
    method = make_method(invoice.customer).public_id
    setup = MethodSetup.objects.create(customer=invoice.customer, gateway="stripe", is_live=False, is_unattended=True)
    auto = make_charge(invoice.customer)
    DocumentSettings.objects.create(seller=Seller.objects.get(), act_on_paper="offered")
    paper, sheet = make_document(invoice, "act").public_id, make_document(invoice, with_xml=True).public_id
    return {
        "/account/documents/<slug:public_id>/paper/": f"/account/documents/{paper}/paper/",
        **{
            f"/account/documents/<slug:public_id>/{tail}": f"/account/documents/{sheet}/{tail}"
            for tail in ("", "pdf/", "xml/", "ubl/", "send/")
        },
        "/account/invoices/<slug:number>/": f"/account/invoices/{invoice.number}/",
        "/account/invoices/<slug:number>/print/": f"/account/invoices/{invoice.number}/print/",
        "/account/licenses/<slug:public_id>/": f"/account/licenses/{license.public_id}/",
        "/account/licenses/<slug:public_id>/hand-over/": f"/account/licenses/{license.public_id}/hand-over/",
        "/account/invoices/<slug:number>/send/": f"/account/invoices/{invoice.number}/send/",
        "/account/invoices/<slug:number>/proof/": f"/account/invoices/{invoice.number}/proof/",
        "/account/invoices/<slug:number>/refund/": f"/account/invoices/{invoice.number}/refund/",
        "/account/refunds/<slug:public_id>/": f"/account/refunds/{asked.public_id}/",
        "/account/licenses/<slug:public_id>/renew/": f"/account/licenses/{license.public_id}/renew/",
        "/account/licenses/<slug:public_id>/renew/act/": f"/account/licenses/{license.public_id}/renew/act/",
        "/renewals/stop/<str:token>/": stop_link(license),
        "/withdraw/<str:token>/": links.withdrawal_path(invoice),
        "/handover/<str:token>/": handover,
        "/account/licenses/<slug:public_id>/address/": f"/account/licenses/{license.public_id}/address/",
        **{
            f"/account/methods/<slug:public_id>/{act}/": f"/account/methods/{method}/{act}/"
            for act in ("default", "replace", "remove")
        },
        "/account/methods/added/<slug:public_id>/": f"/account/methods/added/{setup.public_id}/",
        "/account/auto-payment/<slug:public_id>/skip/": f"/account/auto-payment/{auto.public_id}/skip/",
        "/auto-payment/<str:token>/": f"/auto-payment/{auto_top_ups.token_of(auto)}/",
        "/account/payers/<slug:public_id>/": f"/account/payers/{payer}/",
        "/account/payers/<slug:public_id>/turn/": f"/account/payers/{payer}/turn/",
        "/account/orders/<slug:number>/": f"/account/orders/{order}/",
        "/account/agreements/<slug:number>/<slug:sha256>/": f"/account/agreements/{order}/{consent.sha256}/",
        "/account/2fa/webauthn/keys/<int:pk>/edit/": "/account/2fa/webauthn/keys/1/edit/",
        "/account/2fa/webauthn/keys/<int:pk>/remove/": "/account/2fa/webauthn/keys/1/remove/",
        r"/account/^confirm-email/(?P<key>[-:\w]+)/$": "/account/confirm-email/x/",
        r"/account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "/account/password/reset/key/1-x/",
        "/account/invitation/<str:token>/": "/account/invitation/1:forged/",
        "/account/erasure/<str:token>/": "/account/erasure/forged/",
        "/account/data/copy/<slug:public_id>/": f"/account/data/copy/{copy_of(invoice.customer).public_id}/",
        "/pay/<str:token>/": f"/pay/{pay}/",
        "/pay/<str:token>/confirm/": f"/pay/{pay}/confirm/",
        "/pay/<str:token>/payer/": f"/pay/{pay}/payer/",
        "/pay/<str:token>/transfer/": f"/pay/{pay}/transfer/",
        "/pay/result/<str:token>/": f"/pay/result/{back}/",
        "/pay/result/<str:token>/address/<slug:public_id>/": f"/pay/result/{back}/address/{license.public_id}/",
        "/pay/result/<str:token>/status/": f"/pay/result/{back}/status/",
        "/basket/lines/<int:pk>/": "/basket/lines/1/",
        "/visits/<int:software_id>/": f"/visits/{shop.software.pk}/",
        "/basket/extend/<str:token>/": f"/basket/extend/{extend_token(license)}/",
        "/checkout/resume/<str:token>/": f"/checkout/resume/{reminder}/",
        "/checkout/resume/<str:token>/stop/": f"/checkout/resume/{reminder}/stop/",
        "/hooks/<slug:source>/": "/hooks/stripe/",
        "/support/<slug:public_id>/": f"/support/{conversation.public_id}/",
        "/support/<slug:public_id>/files/<slug:file_id>/": (
            f"/support/{conversation.public_id}/files/{receipt(conversation)}/"
        ),
        **{
            f"/account/tickets/<slug:number>/{tail}": f"/account/tickets/{conversation.number}/{tail}"
            for tail in ("", "turn/", "rate/")
        },
        "/support/<slug:public_id>/news/": f"/support/{conversation.public_id}/news/",
        "/support/open/<str:token>/": conversation_url(conversation).removeprefix("http://testserver"),
        "/support/rate/<str:token>/": rating_url(conversation).removeprefix("http://testserver"),
        "/agreements/<slug:slug>/": f"/agreements/{shop.agreement.slug}/",
        "/agreements/<slug:slug>/<int:number>/": f"/agreements/{shop.agreement.slug}/1/",
        r"/documents/^(\d+)/(.*)$": document.url,
        "/documents/authenticate_with_password/<int:restriction_id>/": "/documents/authenticate_with_password/1/",
        "/products/<slug:slug>/": f"/products/{product.slug}/",
        "/_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": (
            "/_util/authenticate_with_password/1/1/"
        ),
        r"/^((?:[\w\-]+/)*)$": "/nowhere/",
        r"/catalogue/^(?P<product_slug>[\w-]*)_(?P<pk>\d+)/$": f"/catalogue/{product.slug}_{product.pk}/",
        r"/catalogue/^category/(?P<category_slug>[\w-]+(?:/[\w-]+)*)_(?P<pk>\d+)/$": "/catalogue/category/x_1/",
        r"/catalogue/^ranges/(?P<slug>[\w-]+)/$": "/catalogue/ranges/x/",
        r"/catalogue/^(?P<product_slug>[\w-]*)_(?P<product_pk>\d+)/reviews/$": (
            f"/catalogue/{product.slug}_{product.pk}/reviews/"
        ),
        r"/catalogue/^(?P<product_slug>[\w-]*)_(?P<product_pk>\d+)/reviews/(?P<pk>\d+)/$": (
            f"/catalogue/{product.slug}_{product.pk}/reviews/1/"
        ),
    }


@pytest.fixture
def people(customer: Any, make_customer: Any) -> dict[str, Any]:
    other, marketer, staff = (make_customer(f"{name}@example.com") for name in ("other", "marketer", "staff"))
    group = Group.objects.create(name="Marketers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    marketer.groups.add(group)
    staff.is_staff = staff.is_superuser = True
    staff.save()
    for user in (customer, other, marketer, staff):
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return {"anonymous": None, "owner": customer, "other": other, "marketer": marketer, "staff": staff}


@pytest.fixture
def browsers(people: dict[str, Any]) -> dict[str, Client]:
    """The browser of each role, logged in."""
    made = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, client in made.items():
        if people[role] is not None:
            client.force_login(people[role])
    return made


def response_to(client: Client, method: str, path: str) -> Any:
    """What the request did is taken back: every one finds the same shop, and whoever was logged in still is."""
    cache.clear()
    throttle.reset()
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    before = transaction.savepoint()  # no atomic(): a charge is begun in a transaction of its own
    response = getattr(client, method.lower())(path)
    transaction.savepoint_rollback(before)
    client.cookies = SimpleCookie(cookies)
    return response


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_role_gets_the_answer_of_the_table(
    addresses: dict[str, str], browsers: dict[str, Client], method: str, bitrix24: Any
) -> None:
    table, wrong = rows(), []
    for route in routes():
        path = addresses.get(route, route)
        codes = [response_to(client, method, path).status_code for client in browsers.values()]
        if codes != table.get(route, {}).get(method):
            wrong.append(f"{route} {method} {' '.join(map(str, codes))}")
    assert wrong == [], "not as in the table:\n" + "\n".join(wrong)


#: Pages of the back offices whose content is somebody's business; the rest is below the same prefixes.
BACK_OFFICE_PAGES = ("/admin/", "/admin/pages/", "/admin/money/", "/admin/users/", "/admin/orders/")


def test_no_page_behind_the_log_in_is_kept_by_a_browser_or_a_proxy(
    addresses: dict[str, str], browsers: dict[str, Client], wagtail_site: Any, bitrix24: Any
) -> None:
    """Every route at which a visitor gets something else than somebody who is logged in."""
    table, kept, looked = rows(), [], 0
    private = [
        (route, ROLES[at])
        for route, methods in table.items()
        for at, code in enumerate(methods["GET"])
        if at and code == 200 and methods["GET"][0] != 200
    ]
    for route, role in [*private, *((page, "staff") for page in BACK_OFFICE_PAGES)]:
        for prefix in ("", "/ru") if route.startswith("/account/") else ("",):
            response = response_to(browsers[role], "GET", prefix + addresses.get(route, route))
            looked += response.status_code == 200
            if "no-store" not in response.headers.get("Cache-Control", ""):
                kept.append(f"{prefix}{route} {role}: {response.status_code} {response.headers.get('Cache-Control')}")
    assert not kept
    assert looked > 60


@pytest.mark.parametrize("path", ["2fa/totp/activate/", "2fa/recovery-codes/", "2fa/recovery-codes/download/", "2fa/"])
def test_secrets_of_the_second_factor_are_not_kept(customer: Any, path: str) -> None:
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    client = Client()
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    if "recovery" in path:
        TOTP.activate(customer, generate_totp_secret())
        client.post("/account/2fa/recovery-codes/generate/")
    response = client.get(f"/account/{path}")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
