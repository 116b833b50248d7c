"""Forms of renewals: what is chosen, and what is agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkout.renewals.offers import Offer
from storefront.billing.models import SavedMethod
from storefront.core.money import display
from storefront.licensing.states import PaysFrom

#: The personal account in a form; a saved method is named by its public id.
ACCOUNT = PaysFrom.ACCOUNT.value


@dataclass(frozen=True, slots=True)
class Sources:
    """What pays: the keywords of ``checkout.renewals.offers``."""

    pays_from: str
    fallback: str
    method: SavedMethod | None

    @property
    def first(self) -> str:
        """As in a form."""
        return _key(self.pays_from, self.method)

    @property
    def second(self) -> str:
        return _key(self.fallback, self.method) if self.fallback else ""

    def named(self) -> dict[str, Any]:
        return {"pays_from": self.pays_from, "fallback": self.fallback, "method": self.method}


def _key(source: str, method: SavedMethod | None) -> str:
    return ACCOUNT if source == PaysFrom.ACCOUNT else method.public_id if method else ""


class ChoiceForm(forms.Form):
    """Period, what pays, and what pays where that does not. ``methods`` can be charged; ``account``: how the personal
    account is called here, "" where it is not offered."""

    months = forms.ChoiceField(label=_("Period"), widget=forms.RadioSelect, error_messages={
        "required": _("Please choose a period."), "invalid_choice": _("This period is not sold any more."),
    })  # fmt: skip
    source = forms.ChoiceField(label=_("Pay from"), widget=forms.RadioSelect, error_messages={
        "required": _("Please choose what it is paid from."),
        "invalid_choice": _("This saved method cannot be used any more. Please choose another one."),
    })  # fmt: skip
    fallback = forms.ChoiceField(
        label=_("And if that does not pay?"), required=False, help_text=_("It is charged only where the first fails."),
        error_messages={
            "invalid_choice": _("This saved method cannot be used any more. Please choose another one.")
        },
    )  # fmt: skip

    def __init__(
        self, *args: Any, offers: Sequence[Offer], methods: Sequence[SavedMethod], account: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.methods = {each.public_id: each for each in methods}
        sources = [(key, each.label) for key, each in self.methods.items()]
        if account:
            sources.append((ACCOUNT, account))
        self._offer(offers, sources)
        self.has_fallback = bool(account and methods)
        if not self.has_fallback:
            del self.fields["fallback"]

    def _offer(self, offers: Sequence[Offer], sources: list[tuple[str, str]]) -> None:
        periods = [(each.key, f"{each.period_name} · {display(each.total, each.currency)}") for each in offers]
        self.fields["months"].choices = periods  # type: ignore[attr-defined]
        self.fields["source"].choices = sources  # type: ignore[attr-defined]
        self.fields["fallback"].choices = [("", _("Nothing else is charged")), *sources]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("source"), cleaned.get("fallback")
        if first and second and (first == ACCOUNT) == (second == ACCOUNT):
            self.add_error("fallback", self._not_a_pair(first))
        return cleaned

    def _not_a_pair(self, first: str) -> Any:
        if first == ACCOUNT:
            return _("The personal account is the first one already. Please choose a saved method, or nothing.")
        return _("Besides a saved method only the personal account can pay.")

    @property
    def sources(self) -> Sources:
        """Of a valid form."""
        first, second = self.cleaned_data["source"], self.cleaned_data.get("fallback", "")
        kinds = [ACCOUNT if key == ACCOUNT else PaysFrom.METHOD.value for key in (first, second) if key]
        method = self.methods.get(first) or self.methods.get(second)
        return Sources(kinds[0], kinds[1] if len(kinds) > 1 else "", method)


class AgreeForm(forms.Form):
    """The box beside the text that is agreed to; never ticked beforehand."""

    sha256 = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    agree = forms.BooleanField(error_messages={"required": _("Please tick the box if you agree.")})

    def __init__(self, *args: Any, text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.fields["agree"].label = text
