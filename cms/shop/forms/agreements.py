"""The form of an agreement."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from catalogue.plans.models import Agreement


class AgreementForm(WagtailAdminModelForm):
    """Name, address and text. The address stays once a version was published: consents and mails name it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Agreement.objects.filter(translation_key=self.instance.translation_key).exclude(pk=self.instance.pk)
        is_named = bool(self.instance.pk) and self.instance.versions.exists()
        self.fields["slug"].disabled = is_named or (bool(self.instance.pk) and others.exists())

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        others = Agreement.objects.filter(slug=slug).exclude(translation_key=self.instance.translation_key)
        if others.exists():
            raise ValidationError(_("Another agreement has this address already."))
        return slug

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("expire_at"):
            self.add_error(
                "expire_at", _("An agreement does not expire by itself: publish another text in its place instead.")
            )
        return data
