"""Who an invoice is addressed to, as it is printed: the details a document needs by country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class PayerKind(models.TextChoices):
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerDetails:
    """A payer as frozen in the JSON of an invoice (``Invoice.payer``) and of a document.

    ``name`` is the person, or whom to ask for at the company; ``company`` its legal name. ``country``: ISO 3166-1, two
    letters, "" where nobody was asked. ``vat_id`` has its country's prefix (DE123456789); ``tax_number`` and
    ``registration_number`` are those of the country, which names them (``payer_fields``); ``branch_code`` is Russia's
    KPP, ``beneficiary_code`` Kazakhstan's KBe. ``email`` is the customer's, ``documents_email`` where papers go, if
    elsewhere. ``language``: of the papers, "" for the invoice's.
    """

    kind: str = PayerKind.PERSON.value
    name: str = ""
    company: str = ""
    country: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration_number: str = ""
    branch_code: str = ""
    director: str = ""
    bank_name: str = ""
    bank_code: str = ""
    bank_account: str = ""
    correspondent_account: str = ""
    beneficiary_code: str = ""
    phone: str = ""
    email: str = ""
    documents_email: str = ""
    language: str = ""

    @property
    def title(self) -> str:
        """What the document is addressed to."""
        return self.company or self.name

    @property
    def is_company(self) -> bool:
        return self.kind == PayerKind.COMPANY

    def completed(self, *, name: str, phone: str) -> PayerDetails:
        """With whom to ask about the order, where the payer names nobody."""
        return replace(self, name=self.name or name, phone=self.phone or phone)

    def to_json(self) -> dict[str, str]:
        """Every field; an empty one is ""."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PayerDetails:
        """Of any release: unknown keys are left out. Before there were kinds, a payer with a company was one."""
        known = {field.name: str(stored.get(field.name) or "") for field in fields(cls)}
        known["kind"] = known["kind"] or (PayerKind.COMPANY if known["company"] else PayerKind.PERSON).value
        return cls(**known)
