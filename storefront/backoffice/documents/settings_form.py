"""The form of a seller's document settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from storefront.billing.documents import letters, pictures, sellers
from storefront.billing.documents.models import DocumentSettings, PictureRole
from storefront.billing.documents.pictures import Drawing
from storefront.core.uploads.refusals import Refused

_MARKS = (PictureRole.SEAL, PictureRole.SIGNATURE)
#: What the fields of a group begin with.
_GROUPS = (
    (_("Which documents are issued"), ("issues_", "act_")),
    (_("Who signs"), ("director", "accountant")),
    (_("Bank account"), ("bank_", "correspondent_", "beneficiary_", "payment_")),
    (_("Logo, seal and signature"), ("new_", "without_")),
)


class PictureField(forms.FileField):
    """``cleaned_data`` holds a Drawing, or None where nothing was chosen."""

    def __init__(self, role: PictureRole, **kwargs: Any) -> None:
        super().__init__(label=role.label, required=False, **kwargs)
        self.role = role
        self.widget.attrs["accept"] = "image/png,image/svg+xml" + ("" if role in _MARKS else ",image/jpeg")

    def clean(self, data: Any, initial: Any = None) -> Drawing | None:
        if not data:
            return None
        try:
            if (data.size or 0) > pictures.MOST_BYTES:
                raise Refused(pictures.TOO_HEAVY, data.name)
            return pictures.read(data.name, data.read(), self.role)
        except Refused as refused:
            raise ValidationError(refused.message) from None


class SettingsForm(forms.ModelForm):
    """Seal and signature are offered to those who have the right to use them."""

    new_logo = PictureField(PictureRole.LOGO, help_text=_("PNG, SVG or JPEG, up to 2 MB."))
    new_seal = PictureField(PictureRole.SEAL, help_text=_("PNG with a transparent background, or SVG."))
    new_signature = PictureField(PictureRole.SIGNATURE, help_text=_("PNG with a transparent background, or SVG."))
    without_marks = forms.BooleanField(
        label=_("Print neither seal nor signature any more"), required=False,
        help_text=_("Documents that were issued with them stay as they are."),
    )  # fmt: skip

    class Meta:
        model = DocumentSettings
        exclude = ("seller", "logo", "seal", "signature")  # noqa: DJ006  (a field that is new is asked for, too)
        labels = {"series": _("Number prefix")}

    def __init__(self, *args: Any, may_use_seal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [("", _("None")), *django_settings.LANGUAGES]
        self.fields["second_language"] = forms.ChoiceField(
            label=self.fields["second_language"].label, choices=languages, required=False,
            help_text=_("Stands beside the customer's language on every document."),
        )  # fmt: skip
        if not may_use_seal:
            for name in ("new_seal", "new_signature", "without_marks"):
                del self.fields[name]

    def clean_series(self) -> str:
        """Other sellers' numbers must not begin in the same way, and a series that was begun goes on."""
        series = str(self.cleaned_data["series"]).upper()
        sellers.check_series(self.instance.seller, series)
        return series

    def clean(self) -> dict[str, Any]:
        """What is printed needs letters that the font has."""
        data: dict[str, Any] = super().clean() or {}
        for name, text in list(data.items()):
            if isinstance(text, str) and (missing := letters.missing(text)):
                self.add_error(name, _("These letters cannot be printed: %(letters)s.") % {"letters": missing})
        return data

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by what they are about, with its name; what has no group comes first."""
        groups = [(title, [self[name] for name in self.fields if name.startswith(begins)]) for title, begins in _GROUPS]
        named = {field.name for _title, fields in groups for field in fields}
        first = [self[name] for name in self.fields if name not in named]
        return [(str(_("Look and numbers")), first), *((str(title), fields) for title, fields in groups if fields)]

    @property
    def drawings(self) -> dict[PictureRole, Drawing]:
        """Those that were chosen."""
        chosen = {role: self.cleaned_data.get(f"new_{role}") for role in PictureRole}
        return {role: drawing for role, drawing in chosen.items() if drawing}
