"""Acts on a customer's log-in: a password link, the e-mail, closing."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.acts import Outcome, Refused
from storefront.backoffice.customers.base import ActOnCustomer, refuse_closed
from storefront.core.form_fields import EmailField
from storefront.notifications import addresses
from storefront.users import closing, corrections, password_links, services


class MailPasswordLink(ActOnCustomer):
    """A link that sets a password, to the account's own address and no other."""

    permissions = ("users.mail_password_link",)
    action = "customers.mail_password_link"
    page_title = gettext_lazy("Mail a link for a password")

    def preview(self, form: ActForm) -> Iterator[str]:
        refuse_closed(self.object)
        yield _("A link that sets a password is mailed to %(email)s. It works once, for 72 hours.") % {
            "email": self.object.email
        }
        known = addresses.find(self.object.email)
        if known is not None and known.is_bounced:
            yield _("Mails to this address came back before. It is tried again.")

    def perform(self, form: ActForm) -> Outcome:
        refuse_closed(self.object)
        if not password_links.request_by_staff(user=self.object):
            raise Refused(_("This account has just got as many links as it may. They work for 72 hours."))
        return Outcome(_("The link is on its way."))


class CorrectEmailForm(ActForm):
    email = EmailField(label=gettext_lazy("New e-mail address"))
    field_order = ["email", "reason"]


class CorrectEmail(ActOnCustomer):
    """At once for an account that nobody has proven; otherwise the customer confirms it (``users.corrections``)."""

    permissions = ("users.correct_email",)
    action = "customers.correct_email"
    page_title = gettext_lazy("Correct the e-mail")
    form_class = CorrectEmailForm
    is_serious = True
    expected_errors = (*ActOnCustomer.expected_errors, corrections.NotCorrected)

    def preview(self, form: CorrectEmailForm) -> Iterator[str]:
        refuse_closed(self.object)
        email = self._checked(form)
        emails = {"old": self.object.email, "new": email}
        if services.is_proven(self.object):
            yield _("A link is mailed to %(new)s. Nothing changes before the customer logs in and opens it.") % emails
            yield _("%(old)s is told what was asked for.") % emails
            return
        yield _("Nobody has set a password or opened a mailed link, so the address changes at once.") % emails
        yield _("The log-in becomes %(new)s instead of %(old)s. All mails go there from now on.") % emails
        yield _("A link that sets a password is mailed to %(new)s. Links that were mailed to %(old)s end.") % emails
        yield _("%(old)s is told that it was taken out of an account, but not which address took its place.") % emails

    def perform(self, form: CorrectEmailForm) -> Outcome:
        refuse_closed(self.object)
        old, new = self.object.email, self._checked(form)
        if corrections.correct(user=self.object, email=new):
            return Outcome(_("The e-mail is corrected."), {_("E-mail"): old}, {_("E-mail"): new})
        return Outcome(
            _("The link is on its way. Until it is opened nothing changes."), {}, {_("E-mail to be confirmed"): new}
        )

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, corrections.NotCorrected):
            return Refused(error.message, "email")
        return super().explain(error)

    def _checked(self, form: CorrectEmailForm) -> str:
        return corrections.check(user=self.object, email=form.cleaned_data["email"])


class TurnForm(ActForm, TellCustomer):
    field_order = ["reason", "tell_customer"]


class CloseAccount(ActOnCustomer):
    permissions = ("users.close_account",)
    action = "customers.close"
    page_title = gettext_lazy("Close the account")
    form_class = TurnForm
    is_serious = True
    expected_errors = (*ActOnCustomer.expected_errors, closing.CannotClose)

    def preview(self, form: TurnForm) -> Iterator[str]:
        if not self.object.is_active:
            raise Refused(_("This account is closed already."))
        yield _("Nobody can log in as %(email)s any more. All sessions end now.") % {"email": self.object.email}
        yield _("Licenses, invoices and payments stay as they are. The account can be opened again.")
        yield from _told(self.object.email, form)

    def perform(self, form: TurnForm) -> Outcome:
        closing.close(user=self.object, is_told=form.cleaned_data["tell_customer"])
        return Outcome(_("The account is closed."), {_("Account"): _("open")}, {_("Account"): _("closed")})

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, closing.CannotClose):
            return Refused(_("This account is closed already."))
        return super().explain(error)


class ReopenAccount(ActOnCustomer):
    permissions = ("users.close_account",)
    action = "customers.reopen"
    page_title = gettext_lazy("Open the account again")
    form_class = TurnForm
    expected_errors = (*ActOnCustomer.expected_errors, closing.CannotClose)

    def preview(self, form: TurnForm) -> Iterator[str]:
        if self.object.is_active:
            raise Refused(_("This account is open."))
        yield _("The customer can log in as %(email)s again, with the password of before.") % {
            "email": self.object.email
        }
        yield from _told(self.object.email, form)

    def perform(self, form: TurnForm) -> Outcome:
        closing.reopen(user=self.object, is_told=form.cleaned_data["tell_customer"])
        return Outcome(_("The account is open again."), {_("Account"): _("closed")}, {_("Account"): _("open")})

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, closing.CannotClose):
            return Refused(_("This account is open."))
        return super().explain(error)


def _told(email: str, form: forms.Form) -> Iterator[str]:
    if form.cleaned_data["tell_customer"]:
        yield _("The customer is told by a mail to %(email)s.") % {"email": email}
    else:
        yield _("The customer is not told.")
