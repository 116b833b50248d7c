"""allauth's forms, changed so that they do not reveal which addresses have an account; and the profile form."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm, LoginForm, ResetPasswordForm
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from storefront.core.form_fields import INVALID_EMAIL, EmailField, OneLineField, PhoneField
from storefront.core.user_input import characters
from storefront.users import password_links, services
from storefront.users.models import User


class AccountEmailField(EmailField):
    """The e-mail of an account that may be older than the rules for new ones: as typed, without invisible characters;
    ``services.with_email`` finds its account."""

    def __init__(self) -> None:
        super().__init__(asks=False, max_length=254)

    def clean(self, value: Any) -> str:
        typed = characters.visible(forms.CharField.clean(self, value)).strip().lower()
        if "@" not in characters.plain_signs(typed):
            raise forms.ValidationError(INVALID_EMAIL, "invalid")
        return typed


class EmailLoginForm(LoginForm):
    """Log-in by e-mail, in any spelling that normalizes to the account's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AccountEmailField()
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def clean_login(self) -> str:
        typed: str = self.cleaned_data["login"]
        account = services.find_by_email(typed)
        return account.email if account else services.normalise_email(typed)


class ResetForm(ResetPasswordForm):
    """Does no look-up in the request; see ``password_links.request_reset``."""

    email = AccountEmailField()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        password_links.request_reset(email=email)
        return email


class ChangeEmailForm(AddEmailForm):
    """A taken address is answered like a free one; ``password_links`` sends it no confirmation.

    The current address must be confirmed first: otherwise allauth would replace it before the new one is confirmed.
    """

    email = EmailField(label=_("New e-mail address"))

    def clean_email(self) -> str:
        if not EmailAddress.objects.filter(user=self.user, email__iexact=self.user.email, verified=True).exists():
            raise forms.ValidationError(_("Confirm your present e-mail address first."))
        email = str(self.cleaned_data["email"])
        if email == services.normalise_email(self.user.email):
            raise forms.ValidationError(_("This is your e-mail address already."))
        return email


class ProfileForm(forms.ModelForm):
    """What prefills the next checkout, and the language of mails and documents. Never changes rights, balance or
    e-mail."""

    name = OneLineField(label=_("Name"), max_length=200)
    company = OneLineField(label=_("Company"), max_length=200, required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=lambda: settings.LANGUAGES,
        help_text=_("Language of mails, invoices and these pages, once you save."),
    )

    class Meta:
        model = User
        fields = ("name", "company", "phone", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        for field, token in (("name", "name"), ("company", "organization")):
            self.fields[field].widget.attrs["autocomplete"] = token

    def clean_language(self) -> str:
        """The language is kept when nothing was posted for it."""
        return str(self.cleaned_data["language"] or self.instance.language)
