"""Acts on a mail: try it now, send it again, give it up, say that its address works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.messages import about, words
from storefront.backoffice.messages.lists import ACT_ON_MAILS
from storefront.backoffice.messages.pages import MAILS
from storefront.backoffice.messages.refusals import in_words
from storefront.backoffice.pages import Crumb
from storefront.core.instants import instant
from storefront.core.jobs import worker_is_alive
from storefront.core.user_input import emails
from storefront.notifications import addresses, repairs
from storefront.notifications.models import MailAddress, OutboxMessage, OutboxStatus
from storefront.users.models import User


class MailAct(ActView):
    """What all acts on a message of the outbox share."""

    permissions = (ACT_ON_MAILS,)
    header_icon = "mail"
    expected_errors = (*ActView.expected_errors, repairs.RepairError)
    object: OutboxMessage

    def get_object(self) -> OutboxMessage:
        return get_object_or_404(OutboxMessage, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("backoffice-mail", args=[self.kwargs["pk"]])

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (MAILS, Crumb("backoffice-mail", words.what(self.object), (self.object.pk,)))

    def explain(self, error: Exception) -> Refused:
        return Refused(in_words(error)) if isinstance(error, repairs.RepairError) else super().explain(error)

    def customer(self) -> User | None:
        return about.customer(self.object)


class RetryMail(MailAct):
    """A waiting or given-up message is due at once."""

    action = "messages.retry"
    page_title = gettext_lazy("Try now")
    submit_label = gettext_lazy("Try now")

    def preview(self, form: Any) -> Iterator[str]:
        row = self.object
        if row.status == OutboxStatus.SENT:
            raise Refused(in_words(repairs.AlreadySent()))
        if row.is_leased:
            raise Refused(in_words(repairs.BeingSent()))
        to = row.recipient or words.what(row)
        yield _("The worker sends it within a few seconds: %(to)s.") % {"to": to}
        if row.status != OutboxStatus.PENDING:
            yield _("If it fails again, it is tried with growing gaps for about two days.")
        if repairs.may_have_arrived(row):
            yield _(
                "An earlier attempt was cut off while the mail company was taking it, and this company cannot be "
                "asked: the reader may get it twice."
            )
        yield from worker_warning()

    def perform(self, form: Any) -> Outcome:
        before = self.object.get_status_display()
        after = repairs.retry(message_id=self.object.pk).get_status_display()
        return Outcome(_("It is sent within a few seconds."), {_("State"): str(before)}, {_("State"): str(after)})


class GiveUpMail(MailAct):
    """A message is not tried any more."""

    action = "messages.give_up"
    page_title = gettext_lazy("Give up")
    submit_label = gettext_lazy("Give up")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        if self.object.status not in (OutboxStatus.PENDING, OutboxStatus.DEAD):
            raise Refused(in_words(repairs.NotWaiting()))
        yield _("“%(what)s” is not sent, and nobody is warned of it any more.") % {"what": words.what(self.object)}
        yield _("It stays in the list and can be tried later.")

    def perform(self, form: Any) -> Outcome:
        before = self.object.get_status_display()
        after = repairs.give_up(message_id=self.object.pk).get_status_display()
        return Outcome(_("Given up."), {_("State"): str(before)}, {_("State"): str(after)})


class ResendForm(ActForm):
    """To whom the copy goes."""

    to = forms.CharField(label=pgettext_lazy("recipient", "To"), max_length=254)
    field_order = ["to", "reason"]

    def clean_to(self) -> str:
        try:
            return emails.read(self.cleaned_data["to"])
        except emails.EmailError as exc:
            raise ValidationError(gettext_lazy("This is no e-mail address.")) from exc


class ResendMail(MailAct):
    """A copy of a mail."""

    action = "messages.resend"
    page_title = gettext_lazy("Send again")
    submit_label = gettext_lazy("Continue")
    form_class = ResendForm

    def get_initial(self) -> dict[str, Any]:
        return {"to": self.object.recipient}

    def preview(self, form: Any) -> Iterator[str]:
        row, to = self.object, form.cleaned_data["to"]
        try:
            repairs.check_copy(row, to=to)
        except repairs.RepairError as error:
            raise Refused(in_words(error), "to") from error
        yield _("A copy of “%(what)s” is sent to %(to)s.") % {"what": words.what(row), "to": to}
        if to != row.recipient:
            yield _(
                "It was written to %(recipient)s. Whoever reads the copy can use the links in it: make sure that the "
                "address is the customer's."
            ) % {"recipient": row.recipient or "–"}
        if row.kind != "mail":
            yield _("Its link is made anew; links sent before go on working until they end.")
        if count := repairs.copies(row):
            yield _("It was sent again before: %(count)d.") % {"count": count}
        yield from worker_warning()

    def perform(self, form: Any) -> Outcome:
        to = form.cleaned_data["to"]
        seen, label = repairs.copies(self.object), pgettext("recipient", "To")
        repairs.resend(message_id=self.object.pk, to=to, copies_seen=seen)
        return Outcome(_("The copy is sent to %(to)s.") % {"to": to}, {label: self.object.recipient}, {label: to})


class AddressWorks(MailAct):
    """Its address gets mails again."""

    action = "messages.address_works"
    page_title = gettext_lazy("The address works")
    submit_label = gettext_lazy("Continue")

    def address(self) -> MailAddress | None:
        return addresses.find(self.object.recipient)

    def preview(self, form: Any) -> Iterator[str]:
        address = self.address()
        if address is None or not (address.is_bounced or address.is_complained):
            raise Refused(_("Nothing is known against this address."))
        if address.is_bounced and address.bounced_at:
            yield _("Mails to %(email)s came back on %(at)s.") % {
                "email": address.email, "at": instant(address.bounced_at),
            }  # fmt: skip
        if address.is_complained and address.complained_at:
            yield _("Its owner reported a mail as unwanted on %(at)s: write to them only if they ask for it.") % {
                "at": instant(address.complained_at)
            }
        yield _("Mails go there again. If one comes back, the address is marked anew.")
        yield _("Mails that were withheld meanwhile are not sent by this: send again what is still needed.")

    def perform(self, form: Any) -> Outcome:
        addresses.cleared(self.object.recipient)
        return Outcome(_("Mails go to %(email)s again.") % {"email": self.object.recipient})


def worker_warning() -> Iterator[str]:
    """A sentence where nothing would happen because no worker runs."""
    if not worker_is_alive():
        yield _("No worker is running: it waits until one is started (manage.py worker).")
