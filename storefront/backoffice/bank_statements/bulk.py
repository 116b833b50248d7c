"""Many lines booked at once, each as it is proposed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice import history
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.bank_statements import words
from storefront.backoffice.bank_statements.acts import BOOKED, ReasonOptional
from storefront.backoffice.bank_statements.lists import DECIDE, LINE_CRUMBS
from storefront.backoffice.orders.acts.bulk import chosen_ids
from storefront.billing.bank_statements.errors import NothingProposed
from storefront.billing.bank_statements.models import LineStatus, StatementLine
from storefront.billing.bank_statements.services import deciding
from storefront.billing.errors import BillingError


class BookLines(ActView):
    """Each line is a transaction of its own that looks again under its locks: one that was decided meanwhile, or whose
    invoice asks for less, is left alone and named."""

    permissions = (DECIDE,)
    action = BOOKED
    page_title = gettext_lazy("Book the chosen lines as proposed")
    header_icon = "list-ul"
    form_class = ReasonOptional
    is_atomic = False
    crumbs = LINE_CRUMBS

    def get_object(self) -> Any:
        rows = StatementLine.objects.filter(pk__in=chosen_ids(self.request.GET)).select_related("account")
        self.lines = list(rows.order_by("booked_on", "pk"))
        if not self.lines:
            raise Http404
        return None

    def get_success_url(self) -> str:
        return f"{reverse('backoffice-statement-lines')}?status=open"

    def preview(self, form: Any) -> list[str]:
        invoices = words.invoices_of(self.lines)
        said, left = [], []
        for line in self.lines:
            shown = words.shown(line, invoices)
            told = {"amount": words.amount(line), "payer": line.payer_name or "–"}
            if line.status != LineStatus.OPEN or not shown or shown[0].number != 0:
                left.append(_("%(amount)s of %(payer)s: nothing is proposed, it is left as it is.") % told)
                continue
            numbers = ", ".join(f"{part.invoice.number} ({part.amount})" for part in shown[0].parts)
            told |= {"numbers": numbers, "reasons": shown[0].reasons}
            said.append(_("%(amount)s of %(payer)s: %(numbers)s; %(reasons)s.") % told)
        if not said:
            raise Refused(_("Nothing is proposed for any of the chosen lines."))
        return [*said, *left]

    def perform(self, form: Any) -> Outcome:
        done, left = 0, []
        for line in self.lines:
            if line.status != LineStatus.OPEN or not line.proposals:
                continue
            try:
                self._book(line, form)
                done += 1
            except BillingError as error:
                left.append(f"{words.amount(line)}, {line.payer_name or '–'}: {error}")
        if not done:
            raise Refused(" ".join(left) or str(NothingProposed()))
        message = ngettext("%(count)d line is booked.", "%(count)d lines are booked.", done) % {"count": done}
        return Outcome(" ".join([message, *left]))

    def _book(self, line: StatementLine, form: Any) -> None:
        with transaction.atomic():
            transfer = deciding.book_proposed(line=line, proposal=line.proposed[0], by=self.user)
            history.record(
                line, self.action, by=self.user, reason=form.cleaned_data["reason"], customer=transfer.customer
            )
