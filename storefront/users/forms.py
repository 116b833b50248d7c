"""allauth's forms where they would tell a stranger which addresses have an account."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm, ResetPasswordForm
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from storefront.users import access
from storefront.users.models import User


class ResetForm(ResetPasswordForm):
    """Looks nothing up while the visitor waits; see ``access.request_reset``."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        access.request_reset(email=email)
        return email


class ChangeEmailForm(AddEmailForm):
    """A taken address is answered like a free one; ``access`` sends its confirmation to nobody.

    The address in use must be proven first: allauth would otherwise replace it before the new one is.
    """

    def clean_email(self) -> str:
        if not EmailAddress.objects.filter(user=self.user, email__iexact=self.user.email, verified=True).exists():
            raise forms.ValidationError(_("Confirm your present e-mail address first."))
        email = str(self.cleaned_data["email"]).lower()
        if email == self.user.email.lower():
            raise forms.ValidationError(_("This is your e-mail address already."))
        return email


class ProfileForm(forms.ModelForm):
    """What prefills the next checkout, and the language of mails and documents. Rights, balance and e-mail are not in
    it, whatever is posted."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=lambda: settings.LANGUAGES,
        help_text=_("Of mails, invoices and these pages after you save."),
    )

    class Meta:
        model = User
        fields = ("name", "company", "phone", "language")
        labels = {"name": _("Name"), "company": _("Company"), "phone": _("Phone")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        for field, token in (("name", "name"), ("company", "organization"), ("phone", "tel")):
            self.fields[field].widget.attrs["autocomplete"] = token

    def clean_language(self) -> str:
        """The language is kept when nothing was posted for it."""
        return str(self.cleaned_data["language"] or self.instance.language)
