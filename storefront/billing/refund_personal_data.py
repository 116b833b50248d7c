"""Refunds, and what customers asked for: records of money, whose words and accounts go with the person.

Requests that no money came of are deleted after a time (``refund_retention``).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from storefront.billing.models import EarlyStart, Refund, RefundedUnit, RefundPayout, RefundRequest, RefundRequestLine
from storefront.core.personal_data import Table, both, of, overwrite, scrub

PROOF = _("It proves what was agreed to before the purchase, when and from where.")
RECORD = _("The law has records of money kept as they are. Only those who keep the books see them.")

TABLES = (
    Table(model=Refund, rows=of("payment__customer"), file="payments", kept=RECORD,
          hidden=("next_check_at", "decision"), erase=scrub("reason", "decision_reason", "effects")),
    Table(model=RefundedUnit, rows=of("refund__payment__customer"), file="payments", kept=RECORD),
    Table(model=RefundPayout, rows=of("refund__payment__customer"), file="payments", kept=RECORD,
          erase=overwrite(holder="", bank="", account="")),
    Table(model=RefundRequest, rows=of("customer"), file="payments", hidden=("public_id", "decision"), kept=RECORD,
          erase=both(scrub("text", "answer"), overwrite(payee_holder="", payee_account="", payee_bank=""))),
    Table(model=RefundRequestLine, rows=of("request__customer"), file="payments", kept=RECORD),
    Table(model=EarlyStart, rows=of("invoice__customer"), file="invoices", kept=PROOF),
)  # fmt: skip
MENTIONS = ((Refund, ("reason", "decision_reason", "effects")), (RefundRequest, ("text", "answer")))
