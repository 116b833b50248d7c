"""The page of one message: what it says, where it stands, whom and what it concerns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views import View

from storefront.backoffice import history
from storefront.backoffice.messages import about, cells, private, words
from storefront.backoffice.messages.lists import ACT_ON_MAILS, ACT_ON_WEBHOOKS, VIEW_MAILS, VIEW_WEBHOOKS
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.refusals import refuse
from storefront.backoffice.rights import StaffOnly
from storefront.core.instants import instant
from storefront.core.log_masking import mask, mask_data
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import addresses, previews, repairs
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.support import rights

MAILS = Crumb("backoffice-mails", gettext_lazy("Mails"))
WEBHOOKS = Crumb("backoffice-webhooks", gettext_lazy("Webhooks"))
#: A mail as its reader sees it: inline styles and the shop's pictures, nothing that runs, loads or leads elsewhere.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)


class MailPage(DetailPage):
    """One message of the outbox."""

    permissions = (VIEW_MAILS, ACT_ON_MAILS)
    template_name = "backoffice/messages/mail.html"
    header_icon = "mail"
    crumbs = (MAILS,)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.message = get_object_or_404(OutboxMessage, pk=self.kwargs["pk"])
        self.address = addresses.find(self.message.recipient) if self.message.recipient else None

    def get_page_title(self) -> str:
        return words.what(self.message)

    def facts(self) -> Iterator[Fact]:
        row = self.message
        yield Fact(_("State"), state(row))
        if row.status == OutboxStatus.WITHHELD:
            yield Fact(_("Why"), row.get_status_display())
        if row.recipient:
            yield Fact(pgettext("recipient", "To"), address_words(row.recipient, self.address))
        yield from about.of_mail(row)
        yield Fact(_("Written"), instant(row.created_at))
        yield from sending(row)
        if row.sent_at:
            yield Fact(_("Sent"), instant(row.sent_at))
        if row.delivery_status:
            told = row.get_delivery_status_display()
            at = f", {instant(row.delivery_at)}" if row.delivery_at else ""
            yield Fact(_("Reported by the mail company"), f"{told}{at}")
        if row.delivery_detail:
            yield Fact(_("Answer of the reader's server"), mask(row.delivery_detail))
        if row.provider_reference:
            yield Fact(_("Reference of the mail company"), row.provider_reference)
        yield Fact(_("Key"), row.key)

    def acts(self) -> Iterable[ActLink]:
        row = self.message
        to = {
            name: reverse(f"backoffice-mail-{name}", args=[row.pk]) for name in ("retry", "resend", "give-up", "works")
        }
        if row.status in (OutboxStatus.PENDING, OutboxStatus.DEAD, OutboxStatus.DISMISSED, OutboxStatus.WITHHELD):
            yield ActLink(_("Try now"), to["retry"], ACT_ON_MAILS, "rotate")
        if row.kind in repairs.COPIED and row.status != OutboxStatus.PENDING:
            yield ActLink(_("Send again"), to["resend"], ACT_ON_MAILS, "mail")
        if self.address and (self.address.is_bounced or self.address.is_complained):
            yield ActLink(_("The address works"), to["works"], ACT_ON_MAILS, "check")
        if row.status in (OutboxStatus.PENDING, OutboxStatus.DEAD):
            yield ActLink(_("Give up"), to["give-up"], ACT_ON_MAILS, "cross", is_serious=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.message
        data = {name: value for name, value in row.payload.items() if name != "context"}
        context = super().get_context_data(**kwargs)
        is_hidden = private.is_hidden(row, self.request.user)
        return context | {
            "message": row,
            "mail": None if is_hidden else previews.preview(row),
            "is_hidden": is_hidden,
            "is_mail": previews.is_mail(row),
            "data": pretty(data),
            "error": mask(row.last_error),
            "copies": repairs.copies(row),
            "history": history.of(row),
        }


class MailHtml(StaffOnly, View):
    """The HTML of a mail, for the frame on its page: a page of its own, with a policy under which nothing runs."""

    permissions = (VIEW_MAILS, ACT_ON_MAILS)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(OutboxMessage, pk=pk)
        if private.is_hidden(row, request.user):
            return refuse(request, rights.SEE)
        mail = previews.preview(row)
        if mail is None:
            raise Http404
        headers = {
            "Content-Security-Policy": MAIL_POLICY,
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(mail.html, headers=headers)


class WebhookPage(DetailPage):
    """One message of the inbox."""

    permissions = (VIEW_WEBHOOKS, ACT_ON_WEBHOOKS)
    template_name = "backoffice/messages/webhook.html"
    header_icon = "link-external"
    crumbs = (WEBHOOKS,)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.event = get_object_or_404(InboundEvent, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return self.event.summary or self.event.event_id

    def facts(self) -> Iterator[Fact]:
        row = self.event
        yield Fact(_("State"), state(row))
        yield Fact(_("From"), words.source(row.source))
        yield from about.of_webhook(row)
        yield Fact(_("Received"), instant(row.received_at))
        yield from sending(row)
        if row.processed_at:
            yield Fact(_("Handled"), instant(row.processed_at))
        if row.copies > 1:
            yield Fact(_("Came how often"), row.copies)
        if not row.is_proven:
            yield Fact(_("Origin"), _("Not proven on arrival: it is asked of the sender first"))
        yield Fact(_("ID"), row.event_id)

    def acts(self) -> Iterable[ActLink]:
        if self.event.status in (InboundStatus.RECEIVED, InboundStatus.FAILED):
            args = [self.event.pk]
            yield ActLink(_("Try now"), reverse("backoffice-webhook-retry", args=args), ACT_ON_WEBHOOKS, "rotate")
            give_up = reverse("backoffice-webhook-give-up", args=args)
            yield ActLink(_("Give up"), give_up, ACT_ON_WEBHOOKS, "cross", is_serious=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.event
        is_hidden = private.is_hidden(row, self.request.user)
        return super().get_context_data(**kwargs) | {
            "event": row,
            "data": pretty(private.without_words(row.data) if is_hidden else row.data) if row.payload else "",
            "error": mask(row.last_error),
            "history": history.of(row),
        }


def state(row: OutboxMessage | InboundEvent) -> Any:
    return format_html('<span class="w-status bo-is-{}">{}</span>', cells.tone(row) or "off", words.state(row))


def sending(row: OutboxMessage | InboundEvent) -> Iterator[Fact]:
    yield Fact(_("Tries"), row.attempts)
    if (next_try := cells.next_try(row)) is not None:
        yield Fact(_("Next try"), _("a worker is at it") if row.is_leased else instant(next_try))


def address_words(email: str, address: Any) -> str:
    if address is not None and address.is_bounced:
        return _("%(email)s (mails come back)") % {"email": email}
    if address is not None and address.is_complained:
        return _("%(email)s (reported mails as unwanted)") % {"email": email}
    return email


def pretty(data: Any) -> str:
    return json.dumps(mask_data(data), indent=2, ensure_ascii=False, sort_keys=True)
