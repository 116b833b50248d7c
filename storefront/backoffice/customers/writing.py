"""Staff open a ticket for a customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import Outcome
from storefront.backoffice.customers.base import ActOnCustomer, refuse_closed
from storefront.core import references
from storefront.core.form_fields import ManyLinesField, OneLineField
from storefront.notifications import addresses
from storefront.support.services import outreach


class MessageForm(forms.Form):
    """``key``: the form's id, so that sending it twice begins one conversation. The message itself says why."""

    subject = OneLineField(label=gettext_lazy("Subject"), max_length=200)
    text = ManyLinesField(label=gettext_lazy("Message"), rows=8, max_length=5000)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)


class WriteToCustomer(ActOnCustomer):
    permissions = ("support.change_conversation",)
    action = "customers.write"
    page_title = gettext_lazy("Write to the customer")
    form_class = MessageForm

    def get_initial(self) -> dict[str, Any]:
        return {"key": references.public_id()}

    def preview(self, form: MessageForm) -> Iterator[str]:
        refuse_closed(self.object)
        yield _("A ticket is opened. The customer sees it in their account and can answer there.")
        yield _("Your message is mailed to %(email)s.") % {"email": self.object.email}
        known = addresses.find(self.object.email)
        if known is not None and known.is_bounced:
            yield _("Mails to this address come back, so they will probably not get it.")

    def perform(self, form: MessageForm) -> Outcome:
        refuse_closed(self.object)
        data = form.cleaned_data
        outreach.begin(customer=self.object, by=self.user, subject=data["subject"], text=data["text"], key=data["key"])
        return Outcome(_("Your message is on its way."), {}, {_("Subject"): data["subject"]})
