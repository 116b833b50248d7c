"""Tickets of the demo: departments, opening hours, canned answers, and what the customer and visitors have asked."""

from __future__ import annotations

from datetime import time

from cms import bootstrap
from cms.demo import people
from cms.demo.past import days_ago
from storefront.billing.models import Invoice
from storefront.support.models import CannedAnswer, Conversation, Department, Kind, OpeningHours
from storefront.support.services import contact, conversations, desk, ratings
from storefront.support.services.conversations import About
from storefront.support.services.files import CheckedFile
from storefront.users.models import User

CANNED = (
    (
        "Restart the app",
        "Hello {name},\n\nplease open the app in your Bitrix24 once more: it then looks for license {license} by "
        "itself.\n\n{agent}",
        "Здравствуйте, {name}!\n\nОткройте приложение в Битрикс24 ещё раз: оно само найдёт лицензию {license}."
        "\n\n{agent}",
    ),
    (
        "Payment found",
        "Hello {name},\n\nwe have found your payment for invoice {invoice}. Your license works now.\n\n{agent}",
        "Здравствуйте, {name}!\n\nМы нашли оплату по счёту {invoice}. Лицензия уже работает.\n\n{agent}",
    ),
)


def load() -> None:
    """Once; expects people, and is better after the orders."""
    if Conversation.objects.exists():
        return
    _set_up()
    customer, helper = User.objects.get(email=people.CUSTOMER), _helper()
    support, sales = Department.objects.filter(is_offered=True).order_by("sort_order")[:2]
    with days_ago(9):
        solved = _ticket(customer, "The app asks for a license", "Since this morning. What shall we do?", support)
        conversations.answer(
            conversation=solved, by=helper, text="Please open the app once more: it looks for the license by itself.",
            key="a",
        )  # fmt: skip
    with days_ago(8):
        conversations.write(conversation=solved, text="It works, thank you!", key="w", is_by_mail=True)
        conversations.close(conversation=solved)
        ratings.rate(conversation=solved, stars=5, words="Quick and friendly.")
    with days_ago(4):
        receipt = CheckedFile("transfer.txt", "text/plain", b"Transfer of 96.00 EUR to Northbridge, 12345\n")
        invoice = Invoice.objects.filter(customer=customer).order_by("-pk").first()
        paid = _ticket(
            customer, "I have paid, here is the receipt", "The transfer left our bank this morning.", support,
            about=About(invoice=invoice), files=(receipt,),
        )  # fmt: skip
        desk.note(conversation=paid, by=helper, text="The bank needs until tomorrow; I look again at noon.", key="n")
        desk.assign(conversation=paid, to=helper, expected=None)
        contact.receive(
            name="Bob Dealer", email="bob@example.com", subject="Resellers in Spain", customer=None, language="en",
            message="Do you work with resellers? We serve forty companies.", page_url="/contact/", ip=None,
        )  # fmt: skip
    _ticket(customer, "A discount for three years?", "We would pay three years at once.", sales)


def _set_up() -> None:
    bootstrap.ensure_departments()
    Department.objects.filter(is_default=True).update(answer_hours=8)
    for weekday in range(5):
        OpeningHours.objects.get_or_create(weekday=weekday, opens=time(9), closes=time(18))
    for title, english, russian in CANNED:
        CannedAnswer.objects.get_or_create(
            title=title, defaults={"text_body": english, "translations": {"ru": {"text_body": russian}}}
        )


def _helper() -> User:
    return User.objects.get(email="support@northbridge.example")


def _ticket(
    customer: User,
    subject: str,
    text: str,
    department: Department,
    *,
    about: About | None = None,
    files: tuple[CheckedFile, ...] = (),
) -> Conversation:
    return conversations.begin(
        key=f"demo {subject}", text=text, language="en", page_url="", customer=customer, name=customer.name,
        subject=subject, kind=Kind.TICKET, department=department, about=about, attachments=files,
    )  # fmt: skip
