"""Licenses that renew by themselves: what was agreed to, each period to come, and each try to have it paid."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references
from storefront.core.money import MoneyField
from storefront.licensing.models.licenses import License
from storefront.licensing.states import PaysFrom, RenewalStatus, SubscriptionStatus


class Subscription(models.Model):
    """A customer's standing order to renew a license every ``months`` months, at the price of the day.

    ``agreed_total`` is the most that one renewal may take, with tax, major units of ``currency``; it is the
    ``amount_limit`` of its mandates, whose ``subject`` is ours. What is charged is found by that subject (``billing
    .saved_methods.mandates.live``), never kept here: methods are replaced. ``fallback``: what pays where ``pays_from``
    does not; "" for nothing. ``license`` is NULL until the line that it was agreed to with (``invoice_line``; NULL if
    it was agreed to later) has granted it. ``stopped_by``: "customer", "staff", "provider", "method" (the method was
    removed), "holder" (the license was handed over), "lapsed" (it was not paid, or the license has ended) or "unused"
    (the payment came without it).
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="subscriptions")
    license = models.ForeignKey(License, on_delete=models.PROTECT, null=True, blank=True, related_name="subscriptions")
    invoice_line = models.ForeignKey(
        "billing.InvoiceLine", on_delete=models.PROTECT, null=True, blank=True, related_name="subscriptions"
    )
    months = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    agreed_total = MoneyField()
    pays_from = models.CharField(max_length=10, choices=PaysFrom)
    fallback = models.CharField(max_length=10, choices=PaysFrom, blank=True)
    status = models.CharField(max_length=10, choices=SubscriptionStatus, default=SubscriptionStatus.WAITING)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=clock.now)
    agreed_at = models.DateTimeField(default=clock.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["license"], condition=~Q(status="stopped"), name="one_subscription_of_a_license"
            ),
            models.UniqueConstraint(
                fields=["invoice_line"], condition=Q(status="waiting"), name="one_waiting_subscription_of_a_line"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def subject(self) -> str:
        """What its mandates are for."""
        return f"subscription:{self.public_id}"

    @property
    def sources(self) -> list[str]:
        """What pays, in order."""
        return [self.pays_from, *([self.fallback] if self.fallback else [])]


class Renewal(models.Model):
    """One period of a license to be bought by itself; there is one row for each, whatever becomes of it, so that it is
    paid once at most. Committed before anybody is told or charged; every step goes on from the row alone.

    ``extends_from``: the end of the license that it moves. ``due_at``: when it is charged, at the earliest.
    ``total``: what the last notice said, with tax, major units of ``currency``; NULL before. ``notice_key`` is that
    mail's in the outbox, ``notice_days`` which of the notices it was; ``noticed_at``: when the mail company took it.
    ``notices``: how many were written. ``next_source``: what the next try charges, if not what pays first.
    ``next_try_at``: when the worker looks at it next; ``is_pressed``: the customer has just agreed that it is tried at
    once. ``round`` counts how often it was planned anew after an
    invoice of it was given up. ``problem``: why it waits, a word of ours or the provider's.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="renewals")
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="renewals")
    extends_from = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    months = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=14, choices=RenewalStatus, default=RenewalStatus.PLANNED)
    currency = models.CharField(max_length=3)
    total = MoneyField(null=True, blank=True)
    notices = models.PositiveSmallIntegerField(default=0)
    notice_key = models.CharField(max_length=200, blank=True)
    notice_days = models.PositiveSmallIntegerField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)
    expiry_told_days = models.PositiveSmallIntegerField(null=True, blank=True)
    invoice = models.OneToOneField(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="renewal"
    )
    round = models.PositiveSmallIntegerField(default=1)
    problem = models.CharField(max_length=100, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)
    next_source = models.CharField(max_length=10, choices=PaysFrom, blank=True)
    is_pressed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-extends_from", "-pk"]
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")
        constraints = [
            models.UniqueConstraint(fields=["license", "extends_from"], name="one_renewal_of_a_period"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def order_key(self) -> str:
        """What its order is created for once."""
        return f"renewal:{self.public_id}:{self.round}"


class RenewalTry(models.Model):
    """One try to have a renewal paid. Committed before anybody is asked.

    ``source`` as ``Subscription.pays_from``; ``label``: the method as shown, "" for the personal account. ``attempt``:
    the charge, NULL before there was one, and for the account. ``charges_before``: how many charges without the
    customer its invoice had had: a try makes one at most. ``outcome``: "" while open, "paid", a ``RefusalClass``, or
    "not_allowed"; ``code``: the provider's word.
    """

    renewal = models.ForeignKey(Renewal, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=PaysFrom)
    label = models.CharField(max_length=120, blank=True)
    attempt = models.OneToOneField(
        "billing.PaymentAttempt", on_delete=models.PROTECT, null=True, blank=True, related_name="renewal_try"
    )
    charges_before = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=100, blank=True)
    begun_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("try of a renewal")
        verbose_name_plural = _("tries of renewals")
        constraints = [
            models.UniqueConstraint(fields=["renewal", "number"], name="renewal_try_once"),
            models.UniqueConstraint(fields=["renewal"], condition=Q(ended_at=None), name="one_open_try_of_a_renewal"),
        ]

    def __str__(self) -> str:
        return f"{self.renewal_id}: {self.number}"
