"""The fields of a payer in a form: at the checkout, on the pay page, in the account, in the back office."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing import payer_fields, payer_inputs
from storefront.billing.documents import letters
from storefront.billing.models import Payer
from storefront.billing.payer_countries import Identifier
from storefront.billing.payer_details import PayerDetails, PayerKind
from storefront.billing.services import taxation
from storefront.core import countries

#: The value of ``payer`` for one whose details are typed.
NEW = "new"
PERSON, COMPANY = PayerKind.PERSON.value, PayerKind.COMPANY.value


class PayerFields(forms.Form):
    """Fields of a payer: one of the customer's, where they have some, or a new one, a person or a company.

    The numbers are those of the chosen country, whose fields come with it: the page is asked for them again when it
    changes. ``for_payer`` adds the fields.
    """

    kind = forms.ChoiceField(
        label=gettext_lazy("Who pays?"),
        choices=[(PERSON, gettext_lazy("A person")), (COMPANY, gettext_lazy("A company"))],
        widget=payer_inputs.Radios,
        required=False,
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=countries.choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": gettext_lazy("Choose the country.")},
    )

    #: The button that asks for the fields of another kind or country.
    RELOAD = "fields"
    payers: Sequence[Payer] = ()
    is_short = False
    #: Whether a person's postcode decides about their tax. In a short form it stands before what only companies have,
    #: else among it: both places change with the country, so that there is one field wherever it stands.
    asks_postcode = False

    def for_payer(self, *, payers: Sequence[Payer] = (), is_short: bool = False) -> None:
        """Add the fields. ``payers``: those to choose from. ``is_short``: what the documents of a sale need, with those
        of a company beneath those of a person, which need no more; the name is the subclass's then."""
        self.payers, self.is_short = payers, is_short
        self.initial.setdefault("kind", PERSON)
        if payers:
            options = [(each.public_id, str(each)) for each in payers]
            self.fields["payer"] = forms.ChoiceField(
                label=_("Payer"), choices=[*options, (NEW, _("Another payer"))], widget=payer_inputs.Radios,
                required=False, error_messages={"invalid_choice": _("Choose the payer.")},
            )  # fmt: skip
            self.initial.setdefault("payer", payers[0].public_id)
        is_apart = is_short or not self.is_company
        self.asks_postcode = is_apart and taxation.needs_postcode(self._value("country"))
        self.asked = self._of_company() if is_short or self.is_company else self._of_person()
        self.fields |= self.asked
        if self.asks_postcode:
            self._ask_for_postcode()

    @property
    def chosen(self) -> Payer | None:
        """The customer's payer that was chosen; None where a new one is typed."""
        wanted = self._value("payer")
        return next((each for each in self.payers if each.public_id == wanted), None)

    @property
    def is_company(self) -> bool:
        return self._value("kind") == COMPANY

    @property
    def details(self) -> PayerDetails:
        """Whom a valid form names. A short one's ``name`` is whom to ask for at a company."""
        if self.chosen is not None:
            return self.chosen.details
        typed = {"name", "kind", "country", *self.asked}
        if self.is_short and not self.is_company:
            typed = {"name", *self._of_short_person}
        return PayerDetails.from_json({name: self.cleaned_data.get(name, "") for name in typed})

    @property
    def so_far(self) -> PayerDetails:
        """What decides about the tax, as the form stands: checked or not, without what is wrong."""
        if self.chosen is not None:
            return self.chosen.details
        is_whole = self.is_company or not self.is_short
        asked = ("kind", "country", "postcode", "vat_id") if is_whole else self._of_short_person
        return PayerDetails.from_json({name: self._read(name) for name in asked})

    def full_clean(self) -> None:
        """Fields that do not belong to what was chosen are not checked."""
        super().full_clean()
        if not self.is_bound:
            return
        idle: set[str] = set()
        if self.chosen is not None:
            idle = {"kind", "country", *self.asked}
        elif self.is_short and not self.is_company:
            idle = set(self.asked) - set(self._of_short_person)
        for name in idle:
            self.errors.pop(name, None)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.chosen is None:
            self._check_letters()
        if self.chosen is None and self.is_company:
            for name, problem in payer_fields.problems(self.cleaned_data).items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, problem)
        return data

    def _check_letters(self) -> None:
        """A name that the documents could not print is told here, not when one is owed."""
        for name in ("name", *self.asked):
            text = self.cleaned_data.get(name)
            if isinstance(text, str) and (missing := letters.missing(text)):
                words = _("Documents cannot be printed with these letters: %(letters)s. Write it in Latin or Cyrillic.")
                self.add_error(name, words % {"letters": missing})

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        """Those that come with kind and country."""
        return [self[name] for name in self.asked]

    @property
    def number_fields(self) -> list[forms.BoundField]:
        return [each for each in self.asked_fields if each.name in payer_fields.NUMBERS]

    @property
    def _of_short_person(self) -> tuple[str, ...]:
        """What a short form asks a person beside their name."""
        return ("kind", "country", "postcode") if self.asks_postcode else ("kind", "country")

    def _ask_for_postcode(self) -> None:
        field = self.fields["postcode"]
        field.required = not self.is_company
        field.help_text = _("The tax differs within this country.")
        field.error_messages["required"] = _("Enter the postcode: the tax differs within this country.")

    def _value(self, name: str) -> str:
        """As posted, or as the form begins."""
        if name not in self.fields:
            return ""
        return str(self[name].value() or "")

    def _read(self, name: str) -> str:
        if name not in self.fields:
            return ""
        try:
            return str(self.fields[name].clean(self._value(name)) or "")
        except forms.ValidationError:
            return ""

    def _of_company(self) -> dict[str, forms.Field]:
        numbers = payer_inputs.numbers(self._identifiers())
        own = {name: field for name, field in numbers.items() if name not in payer_fields.BANK}
        bank = {name: field for name, field in numbers.items() if name in payer_fields.BANK}
        fields = payer_inputs.company() | own | payer_inputs.address(is_required=True)
        if self.is_short:
            return fields
        return fields | payer_inputs.people() | payer_inputs.bank() | bank | payer_inputs.papers()

    def _of_person(self) -> dict[str, forms.Field]:
        numbers = payer_inputs.numbers(self._identifiers())
        return payer_inputs.person() | payer_inputs.address(is_required=False) | numbers | payer_inputs.papers()

    def _identifiers(self) -> Sequence[Identifier]:
        country = self._value("country")
        if self.is_short:
            return payer_fields.asked_at_checkout(country, COMPANY)
        return payer_fields.identifiers(country, COMPANY if self.is_company else PERSON)


class PayerForm(PayerFields):
    """A payer with everything its documents can say. ``page``: the address of the form."""

    def __init__(self, *args: Any, page: str, payers: Sequence[Payer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.for_payer(payers=payers)
        reload_from(page, self.fields["kind"], self.fields["country"], button=self.RELOAD)

    @classmethod
    def reloaded(cls, data: Mapping[str, Any], **kwargs: Any) -> PayerForm:
        """The form with other fields, and what was typed."""
        return cls(initial={name: data[name] for name in data}, **kwargs)


def reload_from(page: str, *fields: forms.Field, button: str, part: str = "#payer-fields", also: str = "") -> None:
    """Let a browser with scripts ask for the page again when one of the fields changes, and take ``part`` of it;
    ``also``: a selector of further parts that change."""
    for field in fields:
        field.widget.attrs |= {
            "data-hx-post": page,
            "data-hx-trigger": "change",
            "data-hx-vals": json.dumps({"go": button}),
            "data-hx-target": part,
            "data-hx-select": part,
            "data-hx-swap": "outerHTML",
            **({"data-hx-select-oob": also} if also else {}),
        }
