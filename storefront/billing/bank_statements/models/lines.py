"""Movements of our accounts, what they are proposed to be for, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.bank_statements.matching import Proposal
from storefront.core.money import MoneyField
from storefront.formats.bank_statements import Line


class LineStatus(models.TextChoices):
    OPEN = "open", _("To decide")
    BOOKED = "booked", _("Booked")
    FOREIGN = "foreign", _("Put aside")
    OUTGOING = "outgoing", _("Paid by us")


class StatementLine(models.Model):
    """One movement, as ``formats.bank_statements.Line`` tells it. ``key`` is the same in every file that holds it.

    ``proposals``: ``Proposal``s as JSON, the best first; ``score`` and ``is_certain`` are the best one's.
    ``transfer`` is what it was booked as; ``reverses``, of a reversal, the transfer that it took back.
    """

    statement = models.ForeignKey("bank_statements.AccountStatement", on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey("transfers.SellerAccount", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    transfer_key = models.CharField(max_length=100)
    position = models.PositiveIntegerField()
    booked_on = models.DateField(_("day"))
    value_on = models.DateField(null=True, blank=True)
    amount = MoneyField(_("amount"))
    currency = models.CharField(max_length=3)
    payer_name = models.CharField(_("payer"), max_length=300, blank=True)
    payer_account = models.CharField(_("payer's account"), max_length=40, blank=True)
    payer_tax_number = models.CharField(max_length=40, blank=True)
    text = models.TextField(_("purpose"), blank=True)
    end_to_end = models.CharField(max_length=70, blank=True)
    customer_reference = models.CharField(max_length=70, blank=True)
    structured_reference = models.CharField(max_length=70, blank=True)
    reference = models.CharField(_("reference of the bank"), max_length=70, blank=True)
    item = models.PositiveIntegerField(default=0)
    is_reversal = models.BooleanField(default=False)
    return_reason = models.CharField(max_length=35, blank=True)
    original_amount = MoneyField(null=True, blank=True)
    original_currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=LineStatus, default=LineStatus.OPEN)
    proposals = models.JSONField(default=list, blank=True)
    score = models.SmallIntegerField(_("score"), default=0)
    is_certain = models.BooleanField(default=False)
    transfer = models.OneToOneField(
        "transfers.BankTransfer", on_delete=models.PROTECT, null=True, blank=True, related_name="statement_line"
    )
    reverses = models.OneToOneField(
        "transfers.BankTransfer", on_delete=models.PROTECT, null=True, blank=True, related_name="reversing_line"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-booked_on", "-pk"]
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        default_permissions = ("view", "change")
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="statement_line_once")]
        indexes = [
            models.Index(fields=["status", "-score"], name="statement_line_open"),
            models.Index(fields=["account", "booked_on"], name="statement_line_day"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.payer_name} {self.amount} {self.currency}"

    def as_read(self) -> Line:
        """The line as it was read from the file."""
        names = {field.name for field in fields(Line)} - {"is_final"}
        return Line(**{name: getattr(self, name) for name in names})

    def fill(self, line: Line) -> None:
        """Take over what the line says."""
        for name, value in asdict(line).items():
            if name != "is_final":
                setattr(self, name, value)

    def propose(self, proposals: Iterable[Proposal]) -> None:
        """Keep the proposals as they are now."""
        found = list(proposals)
        self.proposals = [to_json(each) for each in found]
        self.score = found[0].score if found else 0
        self.is_certain = bool(found) and found[0].is_certain

    @property
    def proposed(self) -> list[Proposal]:
        return [from_json(each) for each in self.proposals]

    @property
    def is_in(self) -> bool:
        """Whether it brought money that may be a customer's."""
        return self.amount > 0


def to_json(proposal: Proposal) -> dict[str, Any]:
    return {
        "parts": [[pk, str(amount)] for pk, amount in proposal.parts],
        "score": proposal.score,
        "reasons": list(proposal.reasons),
        "is_certain": proposal.is_certain,
    }


def from_json(stored: dict[str, Any]) -> Proposal:
    parts = tuple((int(pk), Decimal(amount)) for pk, amount in stored["parts"])
    return Proposal(parts, stored["score"], tuple(stored["reasons"]), stored["is_certain"])
