"""Periods, dated discounts, and the prices published from them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modelcluster.fields import ParentalKey

from catalogue.plans.models.products import Plan, SoftwareProduct
from storefront.core import clock
from storefront.core.money import MoneyField


def months_label(months: int) -> str:
    """The name of a period: 1 month, 12 months."""
    return ngettext("%(months)d month", "%(months)d months", months) % {"months": months}


class Period(models.Model):
    """A number of months that can be bought at once, and its discount. Without a product: for all products.

    A product's own period replaces the common one of equal length, also to take it off sale there.
    """

    software = ParentalKey(SoftwareProduct, on_delete=models.CASCADE, null=True, blank=True, related_name="own_periods")
    months = models.PositiveSmallIntegerField(_("months"), validators=[MinValueValidator(1), MaxValueValidator(120)])
    discount_percent = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("99.99"))],
    )
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering = ["months"]
        constraints = [
            models.UniqueConstraint(fields=["months", "software"], name="period_months_once"),
            models.UniqueConstraint(fields=["months"], condition=Q(software=None), name="period_months_once_for_all"),
        ]

    def __str__(self) -> str:
        return months_label(self.months)


class DiscountQuerySet(models.QuerySet["Discount"]):
    """Moments are UTC. A discount is in force from its start up to, but not at, its end."""

    def not_over(self, at: datetime) -> Self:
        """In force at ``at`` or later."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at))

    def in_force(self, at: datetime) -> Self:
        return self.not_over(at).filter(starts_at__lte=at)

    def due(self, at: datetime) -> Self:
        """Begun or ended since prices were last published."""
        is_now = Exists(self.model.objects.in_force(at).filter(pk=OuterRef("pk")))
        return self.filter(Q(is_now, is_applied=False) | (~Q(is_now) & Q(is_applied=True)))


class Discount(models.Model):
    """A dated discount on some or all products and periods. It begins and ends by itself.

    ``product_ids`` and ``period_months`` are lists on the row, so that one saving changes all of it; empty means all.

    The buyer gets the largest discount in force for a period, the period's own included; they never add up.
    Times are UTC; ``ends_at`` None means until further notice. ``is_applied``: prices were published with it
    (see ``catalogue.plans.schedule``).
    """

    product_ids = models.JSONField(_("products"), default=list, blank=True)
    period_months = models.JSONField(_("periods"), default=list, blank=True)
    percent = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal("99.99"))],
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("For your own use: customers do not see it."))
    starts_at = models.DateTimeField(_("from"), default=clock.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Leave empty for no end date."))
    is_applied = models.BooleanField(default=False, editable=False)

    objects = DiscountQuerySet.as_manager()

    class Meta:
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="discount_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_for_product(self, software_id: int | None) -> bool:
        """None: a product that is not saved yet, which only discounts of all products are for."""
        return not self.product_ids or software_id in self.product_ids

    def is_for_period(self, months: int) -> bool:
        return not self.period_months or months in self.period_months

    def is_in_force(self, at: datetime) -> bool:
        """``DiscountQuerySet.in_force`` of an object, saved or not."""
        return self.starts_at <= at and (self.ends_at is None or self.ends_at > at)


class PlanPrice(models.Model):
    """The published price of a plan for a period in a currency: what is put in the cart. 1:1 with the Oscar child
    product.

    Written only by ``publishing``, one for each number of months and currency the plan was ever sold for; a withdrawn
    one stays, inactive, because orders and licenses point to it. ``list_amount`` is the price before the discount,
    ``amount`` is charged (equal to the child's stock record), both in major units of ``currency``, including any tax:
    which tax is in it depends on the buyer and is decided when an order is placed.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="prices")
    period = models.ForeignKey(Period, on_delete=models.SET_NULL, null=True, related_name="prices")
    product = models.OneToOneField("catalogue.Product", on_delete=models.PROTECT, related_name="plan_price")
    months = models.PositiveSmallIntegerField()
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    list_amount = MoneyField()
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "plans_planterm"  # the name it was created with
        ordering = ["plan__position", "months", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "months", "currency"], name="plan_price_once")]

    def __str__(self) -> str:
        return f"{self.plan} / {self.months}"

    @property
    def saving(self) -> Decimal:
        """Saving against paying monthly, major units."""
        return self.list_amount - self.amount
