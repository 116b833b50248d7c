"""``manage.py take_back``: end the licenses of an order for which nothing was paid."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from storefront.billing.models import Invoice
from storefront.billing.services import free
from storefront.core.states import TransitionError
from storefront.users.models import User


class Command(BaseCommand):
    help = "Take back the licenses of an invoice of zero. (Paid ones are refunded at the payment provider.)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("invoice", help="its number, INV-2026-000042")
        parser.add_argument("--by", required=True, metavar="E-MAIL", help="the member of staff who decided it")
        parser.add_argument("--reason", required=True, help="kept with the note in the review list")

    def handle(self, *args: Any, **options: Any) -> None:
        invoice = Invoice.objects.filter(number=options["invoice"]).first()
        by = User.objects.filter(email__iexact=options["by"], is_staff=True).first()
        if invoice is None or by is None:
            raise CommandError("no such invoice" if invoice is None else "no member of staff has this e-mail")
        try:
            item = free.take_back(invoice=invoice, by=by, reason=options["reason"])
        except free.NotFree:
            raise CommandError("this invoice was paid with money: refund it at the payment provider") from None
        except (ValueError, TransitionError) as exc:
            raise CommandError(str(exc)) from None
        self.stdout.write(f"Taken back: {item.detail}")
