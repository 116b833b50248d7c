"""For how long it is sold and what is taken off: periods, dated discounts, and the terms published of them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modelcluster.fields import ParentalKey

from catalogue.plans.models.products import Plan, SoftwareProduct
from storefront.core import clock
from storefront.core.money import MoneyField


def months_label(months: int) -> str:
    """A period as people read it: 1 month, 12 months."""
    return ngettext("%(months)d month", "%(months)d months", months) % {"months": months}


class Period(models.Model):
    """How many months are bought at once, with the discount for it. Without a product: for all products.

    A product's own period takes the place of the common one of as many months, also to take it off sale there.
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
            models.UniqueConstraint(
                fields=["months"], condition=models.Q(software=None), name="period_months_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return months_label(self.months)


class Discount(models.Model):
    """A discount for a time: on one number of months, of all products or one. It starts and ends by itself.

    The buyer always gets the largest of the discounts in force for a term: the period's own and those of now.
    Times are UTC; ``ends_at`` None is until further notice. ``is_applied`` says that prices were published with it
    (see ``catalogue.plans.schedule``).
    """

    software = models.ForeignKey(
        SoftwareProduct,
        verbose_name=_("product"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="discounts",
        help_text=_("Empty: for all products."),
    )
    months = models.PositiveSmallIntegerField(_("months"), validators=[MinValueValidator(1), MaxValueValidator(120)])
    percent = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal("99.99"))],
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("For yourself: customers do not see it."))
    starts_at = models.DateTimeField(_("from"), default=clock.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: until further notice."))
    is_applied = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="discount_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanPrice(models.Model):
    """A plan for a period: what is put in the cart. 1:1 with the Oscar child product that carries its price.

    Written by ``publishing`` alone, one for each number of months a plan was ever sold for; a withdrawn one stays,
    inactive, because orders and licenses point to it. ``list_amount`` is the undiscounted price,
    ``amount`` what is charged (equal to the child's stock record), both major units of ``currency``.
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
        ordering = ["plan__position", "months"]
        constraints = [models.UniqueConstraint(fields=["plan", "months"], name="plan_term_once")]

    def __str__(self) -> str:
        return f"{self.plan} / {self.months}"

    @property
    def saving(self) -> Decimal:
        """What the period saves against paying by the month, major units."""
        return self.list_amount - self.amount
