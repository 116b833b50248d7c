"""The public page that leads to the withdrawal from a contract: the same answer to all, the link by mail alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client

from storefront.billing import links
from storefront.billing.models import PaymentMethod
from storefront.billing.services import payment_methods
from storefront.notifications.models import OutboxMessage
from tests.account.test_refunds import bought
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

PAGE = "/withdraw/"


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    return bought(stripe, customer)


def ask(number: str, email: str, *, page: str = PAGE) -> tuple[int, str, str]:
    """Status, where it leads, and what stands there."""
    visitor = Client()
    answer = visitor.post(page, {"number": number, "email": email})
    shown = visitor.get(answer.headers["Location"]).content.decode()
    return answer.status_code, answer.headers["Location"], shown[shown.index("<main") : shown.index("</main")]


def mailed() -> list[str]:
    rows = OutboxMessage.objects.filter(template="withdrawal_link").order_by("pk")
    return [row.payload["context"]["withdraw_url"] for row in rows]


def without_token(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)


def test_known_and_unknown_get_the_same_answer_and_only_the_customer_a_mail(invoice: Any, customer: Any) -> None:
    wanted = links.withdrawal_url(invoice)
    known = ask(invoice.order.number.lower(), customer.email.upper())
    assert mailed() == [wanted]
    for number, email in (
        (invoice.order.number, "other@example.com"),
        ("SO-XXXX-XXXX", customer.email),
        (invoice.number + "9", customer.email),
    ):
        status, where, shown = ask(number, email)
        assert (status, where, without_token(shown)) == (known[0], known[1], without_token(known[2])), number
    assert mailed() == [wanted] and "a mail with the link is on its way" in known[2]


def test_the_mailed_link_opens_the_page_that_withdraws(invoice: Any, customer: Any, run_jobs: Any) -> None:
    ask(invoice.number, customer.email)
    run_jobs()
    letter = next(each for each in mail.outbox if "link to withdraw" in each.subject)
    assert letter.to == [customer.email] and links.withdrawal_url(invoice) in letter.body
    page = Client().get(links.withdrawal_url(invoice).removeprefix(django_settings.SITE_URL))
    assert "Confirm withdrawal" in page.content.decode()


def test_it_speaks_the_language_of_its_address(invoice: Any, customer: Any, run_jobs: Any) -> None:
    ask(invoice.number, customer.email, page="/ru/withdraw/")
    [url] = mailed()
    assert "/ru/withdraw/" in url
    run_jobs()
    assert "отказ" in mail.outbox[-1].subject.lower()


def test_the_latest_invoice_of_an_order_is_meant_and_none_that_is_void(customer: Any) -> None:
    void = make_invoice(customer, "5.00")
    type(void).objects.update(status="void")
    ask(void.order.number, customer.email)
    assert mailed() == []


def test_it_is_one_mail_an_hour_and_few_for_one_address(invoice: Any, customer: Any, settings: Any) -> None:
    for _ in range(3):
        ask(invoice.order.number, customer.email)
    assert len(mailed()) == 1
    settings.THROTTLES = settings.THROTTLES | {"withdraw-find-address": "1/day", "withdraw-find": "100/hour"}
    ask("SO-1", customer.email)
    OutboxMessage.objects.all().delete()
    status, _where, shown = ask(invoice.order.number, customer.email)
    assert (status, mailed()) == (302, []) and "on its way" in shown


def test_a_visitor_may_ask_so_often(settings: Any, db: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"withdraw-find": "1/day"}
    assert Client().post(PAGE, {"number": "X", "email": "a@example.com"}).status_code == 302
    assert Client().post(PAGE, {"number": "X", "email": "a@example.com"}).status_code == 429


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"number": ""}, "Enter the number."),
        ({"number": "x" * 41}, "at most 40"),
        ({"number": "\x00"}, ""),
        ({"email": ""}, "Enter your e-mail"),
        ({"email": "nobody"}, ""),
        ({"email": "a@b@example.com"}, ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(typed: Any, says: str, db: Any) -> None:
    answer = Client().post(PAGE, {"number": "SO-1", "email": "a@example.com"} | typed)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert f'id="id_{next(iter(typed))}_error"' in answer.content.decode()


def test_the_footer_leads_there_where_consumers_in_the_eu_may_buy(client: Client, shop: Any, stripe: Any) -> None:
    def leads() -> bool:
        html = client.get("/").content.decode()
        return f'href="{PAGE}"' in html[html.index('class="site-footer"') :]

    assert leads()
    assert '/ru/withdraw/"' in client.get("/ru/withdraw/").content.decode()
    for name in payment_methods.known():
        PaymentMethod.objects.update_or_create(name=name, defaults={"for_persons": False})
    assert not leads()
    PaymentMethod.objects.update(for_persons=True, countries="RU KZ")
    assert not leads()
    PaymentMethod.objects.filter(name=payment_methods.known()[0]).update(countries="RU DE")
    assert leads()
