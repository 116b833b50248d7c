"""A shop with a page of every kind, and the list of them: what a visitor and a customer may ever have before them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path as route
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from wagtail.models import Locale

from catalogue.models import Category
from checkout.reminders import services as carts
from cms.articles.models import ContactPage, HelpIndexPage, HelpPage, HelpTopicPage, NewsIndexPage, NewsPage
from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage, TextPage
from storefront import urls
from storefront.billing import links
from storefront.billing.auto_top_ups import links as auto_top_ups
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.links import withdrawal_path
from storefront.billing.models import Mandate, RefundReason, SavedMethod, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.personal_account import paying
from storefront.billing.services import payers, refund_requests, settlement, starting
from storefront.billing.states import InvoiceKind
from storefront.core import clock, error_pages
from storefront.licensing.links import extend_token, handover_url, subscription_stop_url
from storefront.licensing.models import License
from storefront.licensing.services import handovers
from storefront.notifications import addresses
from storefront.support.links import rating_url
from storefront.support.services import conversations
from storefront.users.data_protection import links as erasures
from storefront.users.models import DataRequest
from tests import purchases
from tests.billing.auto_top_ups import make_charge
from tests.billing.building import make_invoice
from tests.billing.documents.building import make_document
from tests.billing.saved_methods import make_mandate, make_method
from tests.billing.transfers import make_account
from tests.checkout.building import left_cart
from tests.checkout.renewals.building import turn_on
from tests.cms.test_articles import block, step
from tests.cms.test_blocks import everything, picture
from tests.factories import PASSWORD, make_software

PRODUCT = "/products/yeastar-s-module/"
#: A form may be folded away.
_UNFOLD = "form => { for (let at = form; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true }"
#: By its button, past the browser's own complaints.
_SUBMIT = "form => { form.noValidate = true; form.requestSubmit(form.querySelector('button:not([type=button])')) }"
Act = Callable[[BrowserPage], None]


def _too_many(request: HttpRequest) -> HttpResponse:
    return error_pages.too_many(request, minutes=5)


#: Answers that a test cannot provoke by an address alone, from the very handlers that give them.
urlpatterns = [
    route("wrong/400/", error_pages.bad_request),
    route("wrong/403/", error_pages.forbidden),
    route("wrong/csrf/", error_pages.csrf_failure),
    route("wrong/429/", _too_many),
    route("wrong/500/", error_pages.server_error),
    *urls.urlpatterns,
]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500


@dataclass(frozen=True, slots=True)
class Kind:
    """A page: its path, the status it answers with, what is done on it before it is looked at; ``is_main``: looked
    at in both themes at both widths."""

    path: str
    status: int = 200
    act: Act | None = None
    is_main: bool = False


# What a person does -------------------------------------------------------------------------------------------------


def send(form: str, **typed: str) -> Act:
    """Fill fields by name and send ``form`` (a selector); what is wrong is then said on the page."""

    def do(page: BrowserPage) -> None:
        page.locator(form).evaluate(_UNFOLD)
        for name, value in typed.items():
            page.locator(f"{form} [name={name}]").fill(value)
        page.locator(form).evaluate(_SUBMIT)
        expect(page.locator("main .error, main .errorlist, main .notice-error").first).to_be_visible()

    return do


def open_all(selector: str) -> Act:
    """Unfold what is folded: menus and questions."""
    return lambda page: page.locator(selector).evaluate_all("all => all.forEach(each => { each.open = true })")


def press(button: str) -> Act:
    """Press a button, and see what it did."""

    def do(page: BrowserPage) -> None:
        page.locator(button).click()
        expect(page.locator(button)).to_have_count(0)

    return do


def put_in_cart(page: BrowserPage) -> None:
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url("**/basket/**")


def preview(page: BrowserPage) -> None:
    page.locator("main form [name=email]").fill("books@example.com")
    page.locator("main form button").click()
    expect(page.locator("main [name=confirmed]")).to_have_count(1)


def log_in(page: BrowserPage) -> None:
    page.locator("main [name=login]").fill("buyer@example.com")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/account/")


def show_password(page: BrowserPage) -> None:
    """Once more, for what comes next."""
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Confirm", exact=True).click()
    page.wait_for_url("**/erase/")


# What there is ------------------------------------------------------------------------------------------------------


def furnish(shop: Any) -> None:
    """Pages of every kind below home, in English; home, list and product in Russian too."""
    home, product = HomePage.objects.get(), ProductPage.objects.get()
    shop.software.product.categories.add(category := Category.add_root(name="Telephony"))
    other = make_software(slug="telegram", title="Telegram module", agreement=shop.agreement)
    other.product.categories.add(category)
    ProductIndexPage.objects.get().add_child(
        instance=CategoryPage(title="Telephony", slug="telephony", category=category)
    )
    show(product, everything(shop))
    show(home, [part for part in everything(shop) if part[0] in ("hero", "features", "steps", "questions", "related")])
    home.add_child(instance=TextPage(title="About us", slug="about"))
    show(TextPage.objects.get(), [part for part in everything(shop) if part[0] in ("text", "note", "downloads")])
    _help(home)
    news = home.add_child(instance=NewsIndexPage(title="News", slug="news"))
    news.add_child(
        instance=NewsPage(
            title="Version 4", slug="version-4", summary="What is new.", published_on=date(2026, 1, 2),
            body=[block("heading", "Faster"), block("text", "<p>Twice as fast.</p>")],
        )
    )  # fmt: skip
    home.add_child(instance=ContactPage(title="Contacts", slug="contact", hours="9 to 18"))
    for page in (home, ProductIndexPage.objects.get(), product):
        copy = page.specific.copy_for_translation(Locale.objects.get_or_create(language_code="ru")[0])
        copy.save_revision().publish()


def show(page: Any, blocks: list[tuple[str, Any]]) -> None:
    """Publish the page with the blocks it knows."""
    known = page._meta.get_field("content").stream_block.child_blocks
    page.content = json.dumps([{"type": kind, "value": value} for kind, value in blocks if kind in known])
    page.save_revision().publish()


def _help(home: Any) -> None:
    index = home.add_child(instance=HelpIndexPage(title="Help", slug="help"))
    topic = index.add_child(instance=HelpTopicPage(title="Buying", slug="buying", intro="From cart to license."))
    note = block("note", {"kind": "warning", "text": "<p>Not twice.</p>"})
    body = [block("heading", "Choose"), step("Look", picture()), note, block("heading", "Pay"), step("Press")]
    body += [block("heading", "Afterwards"), step("Open")]
    topic.add_child(instance=HelpPage(title="How to buy", slug="how-to-buy", intro="In five steps.", body=body))
    topic.add_child(instance=HelpPage(title="How to pay", slug="how-to-pay", intro="By card.", body=body[:2]))


# The list -----------------------------------------------------------------------------------------------------------


def of_visitors(shop: Any, customer: Any, stripe: Any) -> Iterator[Kind]:
    """In the order in which a visitor could walk through them."""
    yield Kind("/", is_main=True, act=open_all("header details.is-wide"))
    yield Kind("/products/", is_main=True)
    yield Kind("/products/telephony/")
    yield Kind(PRODUCT, is_main=True, act=open_all("main details"))
    yield Kind("/help/")
    yield Kind("/help/buying/")
    yield Kind("/help/buying/how-to-buy/", is_main=True)
    yield Kind("/news/")
    yield Kind("/news/version-4/")
    yield Kind("/about/")
    yield Kind("/contact/")
    yield Kind("/contact/", act=send("main form"))
    yield Kind("/search/", act=open_all("header details"))
    yield Kind("/search/?q=yeastar")
    yield Kind("/search/?q=zzzzzz")
    yield Kind(f"/agreements/{shop.agreement.slug}/")
    yield Kind(f"/agreements/{shop.agreement.slug}/1/")
    yield Kind("/support/")
    yield Kind("/support/", act=send("main form"))
    yield Kind("/basket/")
    yield Kind(PRODUCT, act=put_in_cart, is_main=True)
    yield Kind("/basket/", act=send("form[action$='/voucher/']", code="NONE"))
    yield Kind("/checkout/", is_main=True)
    yield Kind("/checkout/", act=send("#checkout-form", email="nobody", bitrix24_address="10.0.0.1"))
    left = f"/checkout/resume/{carts.token_of(left_cart(shop.term()))}/"
    yield Kind(left)
    yield Kind(f"/ru{left}")
    yield Kind(f"{left}stop/", act=press("main form button"))
    yield Kind(left, status=410)
    unpaid, payment = (
        purchases.order(customer, shop),
        starting.start(invoice=purchases.order(customer, shop), gateway_name="stripe"),
    )
    yield Kind(links.pay_path(unpaid), is_main=True)
    make_account()
    yield Kind(links.transfer_path(unpaid), is_main=True)
    yield Kind(links.transfer_path(unpaid), act=send("main form"))
    yield Kind(links.payer_path(unpaid), is_main=True)
    yield Kind(links.payer_path(unpaid), act=send("main form", company=""))
    back = "/" + links.return_url(payment).split("/", 3)[3]
    yield Kind(back)
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    yield Kind(back, is_main=True)
    yield Kind(links.pay_path(payment.invoice), status=410)
    yield Kind("/pay/nothing/", status=404)
    yield Kind("/account/password/reset/")
    yield Kind("/account/password/reset/", act=send("main form", email="nobody"))
    for name in ("password/reset/done", "password/reset/key/1-x", "password/reset/key/done", "signup", "inactive"):
        yield Kind(f"/account/{name}/")
    yield Kind("/account/confirm-email/x/")
    yield Kind("/account/confirm-email/")
    yield Kind("/nothing/here/", status=404)
    yield Kind("/basket/add/", status=405)
    yield Kind("/basket/country/", status=405)
    yield Kind("/basket/currency/", status=405)
    for status in (400, 403, 429, 500):
        yield Kind(f"/wrong/{status}/", status=status)
    yield Kind("/wrong/csrf/", status=403)
    extended = f"/basket/extend/{extend_token(License.objects.get())}/"
    yield Kind(extended)
    yield Kind(f"/ru{extended}")
    for path in ("", "products/", PRODUCT[1:], "basket/", "checkout/", "search/?q=yeastar", "account/login/"):
        yield Kind(f"/ru/{path}")
    yield Kind("/ru/nothing/here/", status=404)
    yield Kind("/account/login/")
    yield Kind("/account/login/", act=send("main form:has([name=login])", login="nobody", password="wrong"))


def _documents(invoice: Any) -> Iterator[Kind]:
    DocumentSettings.objects.create(seller=Seller.objects.get(), act_on_paper="offered")
    act = make_document(invoice, "act", with_xml=True)
    path = f"/account/documents/{act.public_id}/"
    yield Kind("/account/documents/", is_main=True, act=open_all("main details"))
    yield Kind("/account/documents/", act=send("form[action$='/statement/']", first="2026-03-01", last="2026-02-01"))
    yield Kind("/account/documents/?from=1999-01-01&to=1999-01-31")
    yield Kind(path, is_main=True)
    yield Kind(f"{path}send/", act=send("main form", email="nobody"))
    yield Kind(f"{path}send/", act=preview)
    yield Kind(f"{path}paper/", act=send("main form", address="x"))
    yield Kind("/ru/account/documents/")
    yield Kind(f"/ru{path}")


def _funds(customer: Any, stripe: Any) -> Iterator[Kind]:
    """The personal account, once something was added to it and spent."""
    yield Kind("/account/funds/", is_main=True)
    yield Kind("/account/funds/", act=send("main form", amount="0"))
    advance = make_invoice(customer, "120.00", with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    attempt = starting.start(invoice=advance, gateway_name="stripe")
    yield Kind(links.pay_path(advance), is_main=True)
    stripe.pay(attempt.provider_reference)
    settlement.settle(attempt_id=attempt.pk)
    yield Kind("/" + links.return_url(attempt).split("/", 3)[3])
    whole, part = make_invoice(customer, "100.00"), make_invoice(customer, "100.00")
    yield Kind(links.pay_path(whole), is_main=True)
    paying.pay(invoice=whole)
    yield Kind(links.pay_path(part), is_main=True)
    yield Kind("/account/payments/", is_main=True)
    yield Kind("/account/expenses/", is_main=True)
    yield Kind("/account/expenses/?q=nothing")
    yield Kind("/account/statement/")
    for path in ("funds/", "payments/", "expenses/", "statement/"):
        yield Kind(f"/ru/account/{path}")


def _refunds(license: Any) -> Iterator[Kind]:
    """A refund that is asked for, and a withdrawal from a contract: form, form with faults, what came of it."""
    bought = license.periods.exclude(invoice_line=None).earliest("pk").invoice_line.invoice
    RefundReason.objects.get_or_create(title="I ordered the wrong thing")
    path = f"/account/invoices/{bought.number}/refund/"
    yield Kind(path, is_main=True)
    yield Kind(path, act=lambda page: (open_all("main details")(page), send("main form", payee_account="DE00")(page)))
    yield Kind(f"/ru{path}")
    yield Kind("/withdraw/", is_main=True)
    yield Kind("/withdraw/", act=send("main form", email="nobody"))
    yield Kind("/ru/withdraw/")
    link = withdrawal_path(bought)
    yield Kind(link, is_main=True, status=410)  # the seller and the buyer are outside the EU
    asked = refund_requests.ask(invoice=bought, lines=[bought.lines.all()[0].pk], language="en", text="Sorry")
    yield Kind(f"/account/refunds/{asked.public_id}/", is_main=True)
    yield Kind(f"/account/invoices/{bought.number}/")
    yield Kind(path)
    refund_requests.withdraw(request=asked)
    yield Kind(f"/account/refunds/{asked.public_id}/")
    asked.delete()


def _methods(customer: Any) -> Iterator[Kind]:
    """Saved payment methods: none, some, each of their forms, paying by one."""
    yield Kind("/account/methods/", is_main=True)
    yield Kind("/account/methods/add/", is_main=True)
    yield Kind("/account/methods/add/", act=send("main form"))
    method = make_method(customer)
    make_mandate(method, currency="EUR", amount_limit="115.20")
    refused = make_method(customer, brand="Mastercard", last4="0002", status="needs_buyer", expiry=date(2026, 1, 31))
    yield Kind("/account/methods/", is_main=True)
    yield Kind("/ru/account/methods/")
    yield Kind(f"/account/methods/{method.public_id}/replace/")
    yield Kind(f"/account/methods/{method.public_id}/remove/")
    unpaid = make_invoice(customer, "42.00")
    yield Kind(links.pay_path(unpaid))
    yield Kind(f"{links.pay_path(unpaid)}confirm/?method={method.public_id}", is_main=True)
    unpaid.status = "void"
    unpaid.save(update_fields=["status"])
    Mandate.objects.filter(method=method).update(ended_at=clock.now())
    SavedMethod.objects.filter(pk__in=[method.pk, refused.pk]).update(status="removed", is_default=False)


def _renewals(license: License) -> Iterator[Kind]:
    """Choosing, choosing wrong, the terms, what renews and how it is changed, the link that stops it."""
    path = f"/account/licenses/{license.public_id}/"
    yield Kind("/account/subscriptions/")
    yield Kind(f"{path}renew/", is_main=True)
    yield Kind(f"{path}renew/?months=12&source=account&fallback=account")
    yield Kind(f"{path}renew/?months=12&source=account", is_main=True)
    yield Kind(f"{path}renew/?months=12&source=account", act=send("main form"))
    for at in ("renew/", "renew/?months=12&source=account"):
        yield Kind(f"/ru{path}{at}")
    subscription = turn_on(license, pays_from="account")
    yield Kind(path, act=open_all("main details"), is_main=True)
    yield Kind(f"/ru{path}", act=open_all("main details"))
    yield Kind("/account/subscriptions/", is_main=True)
    yield Kind("/ru/account/subscriptions/")
    link = subscription_stop_url(subscription.public_id, "en").removeprefix(settings.SITE_URL)
    yield Kind(link, is_main=True)
    yield Kind(link, act=press("main form button"))
    yield Kind("/account/subscriptions/")


def _configure(page: BrowserPage) -> None:
    """As far as the page that says what will happen; the payer is one that the customer has."""
    page.locator("main form [name=cap]").fill("50")
    page.locator("main form").evaluate(_SUBMIT)
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()


def _auto_payment(customer: Any) -> Iterator[Kind]:
    """Auto payment: off, its form with faults, what will happen, on with a charge, its link."""
    yield Kind("/account/auto-payment/", is_main=True)
    yield Kind("/account/auto-payment/configure/")
    charge = make_charge(customer)
    unpaid = make_invoice(customer, "42.00")
    yield Kind("/account/auto-payment/", is_main=True)
    yield Kind("/ru/account/auto-payment/")
    yield Kind("/account/auto-payment/configure/", is_main=True)
    yield Kind("/account/auto-payment/configure/", act=send("main form", cap="0"))
    yield Kind("/account/auto-payment/configure/", act=_configure, is_main=True)
    yield Kind("/ru/account/auto-payment/configure/")
    link = auto_top_ups.charge_url(charge).removeprefix(settings.SITE_URL)
    yield Kind(link, is_main=True)
    yield Kind(link, act=press("main form button[value=off]"))
    unpaid.status = "void"
    unpaid.save(update_fields=["status"])
    SavedMethod.objects.filter(customer=customer).update(status="removed", is_default=False)


def of_customers(customer: Any, invoice: Any, license: Any, consent: Any, stripe: Any) -> Iterator[Kind]:
    """The account: begins with the log-in."""
    yield Kind("/account/login/", act=log_in, is_main=True)
    talk = conversations.begin(key="k", text="A question", language="en", page_url="", customer=customer)
    for name in ("orders", f"orders/{invoice.order.number}", "invoices", f"invoices/{invoice.number}", "licenses"):
        yield Kind(f"/account/{name}/", is_main=name in ("invoices", "licenses"))
    yield Kind(f"/account/invoices/{invoice.number}/print/", is_main=True)
    yield from _documents(invoice)
    yield Kind(f"/account/licenses/{license.public_id}/")
    yield Kind(f"/account/licenses/{license.public_id}/", act=send("form[action$='/address/']", bitrix24_address="x"))
    yield from _refunds(license)
    yield from _renewals(license)
    yield from _funds(customer, stripe)
    offer = handovers.offer(license=license, holder=customer, email="receiver@example.com", language="en")
    yield Kind(f"/account/licenses/{license.public_id}/")
    link = handover_url(offer).removeprefix(settings.SITE_URL)
    yield Kind(link, is_main=True)
    handovers.withdraw(offer=offer, holder=customer)
    yield Kind(link, status=410)
    handovers.refuse(offer=handovers.offer(license=license, holder=customer, email="no@example.com", language="en"))
    yield Kind(f"/account/licenses/{license.public_id}/", is_main=True)
    yield Kind("/account/tickets/")
    yield Kind("/account/tickets/new/", is_main=True)
    yield Kind("/account/tickets/new/", act=send("main form"))
    conversations.answer(conversation=talk, by=customer, text="Yes.\nSee https://example.com/a", key="a")
    yield Kind(f"/account/tickets/{talk.number}/", is_main=True)
    yield Kind(f"/account/tickets/{talk.number}/", act=send("#reply"))
    yield Kind(f"/account/tickets/{talk.number}/", act=press("main aside button[value=closed]"))
    yield Kind(f"/account/tickets/{talk.number}/", act=send("#rating"))
    yield Kind(f"/ru/account/tickets/{talk.number}/")
    yield Kind("/account/agreements/")
    yield Kind(f"/account/agreements/{consent.order.number}/{consent.sha256}/")
    yield Kind("/account/payers/")
    yield Kind("/account/payers/new/", is_main=True)
    yield Kind("/account/payers/new/", act=send("main form", name=""))
    company = PayerDetails(kind="company", company="Acme GmbH", country="DE", vat_id="DE136695976")
    yield Kind(f"/account/payers/{payers.add(customer=customer, details=company).public_id}/")
    yield Kind("/ru/account/payers/", is_main=True)
    yield from _methods(customer)
    yield from _auto_payment(customer)
    yield Kind("/account/profile/")
    yield Kind("/account/profile/", act=send("main form[method=post]", name=""))
    yield Kind("/account/data/")
    yield Kind("/ru/account/data/")
    week = clock.now() + timedelta(days=7)
    asked = DataRequest.objects.create(kind="erasure", customer=customer, ends_licenses=False, due_at=week)
    yield Kind(erasures.withdraw_url(asked).removeprefix(settings.SITE_URL), act=press("main form button"))
    yield Kind("/account/email/")
    yield Kind("/account/email/", act=send("main form:has([name=email])", email="nobody"))
    yield Kind("/account/password/change/")
    yield Kind("/account/password/change/", act=send("main form"))
    yield Kind("/account/logout/")
    yield Kind("/account/reauthenticate/")
    yield Kind("/account/2fa/")
    yield Kind("/account/2fa/webauthn/")
    yield Kind("/account/sessions/")
    yield Kind("/account/2fa/totp/activate/")
    yield Kind(f"/support/{talk.public_id}/")
    rating = rating_url(talk).removeprefix(settings.SITE_URL)
    yield Kind(rating, is_main=True)
    yield Kind(rating, act=send("#rating"))
    yield Kind(f"/basket/extend/{extend_token(license)}/", is_main=True)
    yield Kind(f"/basket/extend/{extend_token(license)}/", act=send("#checkout-form"))
    yield Kind("/basket/extend/nothing/", status=404)
    for path in ("", "invoices/", f"licenses/{license.public_id}/", "profile/", f"invoices/{invoice.number}/print/"):
        yield Kind(f"/ru/account/{path}")
    yield Kind("/account/data/erase/", act=show_password)
    addresses.complained(customer.email, at=clock.now())
    yield Kind("/account/invoices/")
    addresses.bounced(customer.email, at=clock.now())
    yield Kind("/account/", is_main=True)
    yield Kind("/ru/account/profile/")
