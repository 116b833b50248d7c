"""The ledger: double entry, append only. A balance is a sum of entries, never a column someone subtracts from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.money import MoneyField


class AccountKind(models.TextChoices):
    CUSTOMER = "customer", _("Personal account")  # what we owe a customer
    PROVIDER = "provider", _("Payment provider")  # what a provider holds for us
    SALES = "sales", _("Sales")
    DISPUTED = "disputed", _("Money in dispute")  # what a provider has withdrawn; the bank has not decided
    FEES = "fees", _("Fees of the payment provider")
    BANK = "bank", _("Paid out to our bank")  # what a provider has sent there
    EXCHANGE = "exchange", _("Exchanged by the payment provider")  # in the buyer's currency, out in the balance's


class LedgerAccount(models.Model):
    """One account in one currency. Also the row that is locked while money is taken from it."""

    kind = models.CharField(max_length=10, choices=AccountKind)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=50, blank=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=Q(kind="customer"), name="one_personal_account"
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "currency"], condition=~Q(kind="customer"), name="one_own_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id or self.name} {self.currency}"


class LedgerTransaction(models.Model):
    """A movement; its entries sum to zero. ``key`` makes repeating it harmless."""

    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=30)
    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.key


class LedgerEntry(models.Model):
    """One signed amount (major units of the account's currency); positive = more on the account."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    amount = MoneyField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["account", "created_at"], name="entry_of_account")]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero")]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount}"


class LineShare(models.Model):
    """What of a movement of sales is for one line of its invoice, and the ``tax`` in it, signed as on that account. A
    movement for a part of an invoice has one for each line; of a whole invoice the lines themselves say it."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="shares")
    line = models.ForeignKey("billing.InvoiceLine", on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    tax = MoneyField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transaction", "line"], name="line_share_once")]

    def __str__(self) -> str:
        return f"{self.transaction}: {self.amount}"


class Allocation(models.Model):
    """From which payment an expense was taken: every debit of a personal account names its money's origin."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="allocations")
    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="allocations")
    amount = MoneyField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.payment}"
