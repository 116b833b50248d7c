"""Acts on where a license works: move it, correct its address, release it, link it by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.licenses.acts import LicenseAct, LicenseForm
from storefront.licensing.bitrix24 import manual_linking, moving
from storefront.licensing.models import Installation, License

_LISTED = 50


class AddressForm(LicenseForm):
    address = forms.CharField(
        label=gettext_lazy("Address of the Bitrix24"),
        help_text=gettext_lazy("For example acme.bitrix24.com"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


class Move(LicenseAct):
    permissions = (moving.RIGHT,)
    action = "licenses.move"
    page_title = gettext_lazy("Move to another Bitrix24")
    header_icon = "arrow-right-full"
    form_class = AddressForm
    field = "address"

    def act(self, license: License, form: Any) -> None:
        moving.move(license=license, raw=form.cleaned_data["address"], actor=self.user, **_common(form))


class CorrectAddress(LicenseAct):
    permissions = (moving.RIGHT,)
    action = "licenses.correct-address"
    page_title = gettext_lazy("Correct the address")
    header_icon = "edit"
    form_class = AddressForm
    field = "address"

    def act(self, license: License, form: Any) -> None:
        moving.correct_address(license=license, raw=form.cleaned_data["address"], actor=self.user, **_common(form))


class Release(LicenseAct):
    permissions = (moving.RIGHT,)
    action = "licenses.release"
    page_title = gettext_lazy("Release from its Bitrix24")
    header_icon = "link"
    is_serious = True

    def act(self, license: License, form: Any) -> None:
        moving.release(license=license, actor=self.user, **_common(form))


class LinkForm(ActForm):
    installation = forms.ModelChoiceField(
        label=gettext_lazy("Bitrix24"),
        queryset=Installation.objects.none(),
        help_text=gettext_lazy("Where the app is installed; those that have not confirmed their address come first."),
    )
    field_order = ["installation", "reason"]

    def __init__(self, *args: Any, license: License, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = manual_linking.installations_for(license)
        listed = list(found[:_LISTED])
        chosen = self.fields["installation"]
        chosen.queryset = Installation.objects.filter(pk__in=[each.pk for each in listed])  # type: ignore[attr-defined]
        chosen.label_from_instance = _label  # type: ignore[attr-defined]


def _label(installation: Installation) -> str:
    proven = _("confirmed") if installation.is_host_proven else _("not confirmed")
    return f"{installation.host} ({proven}, {installation.member_id[:8]}…)"


class LinkByHand(LicenseAct):
    permissions = (manual_linking.RIGHT,)
    action = "licenses.link"
    page_title = gettext_lazy("Link by hand")
    header_icon = "link"
    form_class = LinkForm
    field = "installation"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"license": self.object}

    def act(self, license: License, form: Any) -> None:
        manual_linking.link_manually(
            license=license, installation=Installation.objects.get(pk=form.cleaned_data["installation"].pk),
            actor=self.user, reason=form.cleaned_data["reason"],
        )  # fmt: skip

    def notes(self, form: Any) -> Iterable[str]:
        yield _("You have made sure that this Bitrix24 is the customer's: it could not prove that itself.")


def _common(form: Any) -> dict[str, Any]:
    return {"reason": form.cleaned_data["reason"], "is_told": form.cleaned_data["tell_customer"]}
