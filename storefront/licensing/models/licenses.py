"""Licenses: the right to use one license type of a product until a date."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references
from storefront.licensing.states import LicenseStatus, PeriodKind, Suspension
from storefront.users.models import User

#: Codes of events whose detail names an address that the license had before.
ADDRESS_EVENTS = ("address_changed", "address_corrected", "moved", "released")


def license_number() -> str:
    return references.human_number("LIC")


class License(models.Model):
    """A customer's license. Its dates are those of its periods: [starts_at, valid_until), UTC.

    Titles are frozen as bought; ``plan`` is the license type of the period that runs now. ``anchor_at`` and ``months``
    are those of the last period. ``begins_by``: paid time waits to begin, at the latest then, and the dates are those
    of that latest case; None once it runs. ``held_until``: until when time stands or stood still, because of another
    license in the portal or of a dispute. ``ending_notice_*``: the latest notice of the coming end: for which end, and
    how many days before it. ``suspension``: staff suspended it, with its time standing still or running, until
    ``suspended_until`` (None: until they restore it); a dispute suspends it without.

    ``provisional_until``: it was given before the money, and is taken back then; None once it is paid for.

    ``binding_kind`` decides which fields of the tie are used (see ``licensing.bindings``). Of a portal:
    ``portal_address`` is the claim, ``member_id`` the identity once bound (see ``Activation``). They are columns here,
    not a table of their own, because ``one_active_license_per_portal`` spans product, status and portal.
    """

    number = models.CharField(_("number"), max_length=20, unique=True, default=license_number)
    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="licenses")
    software = models.ForeignKey("plans.SoftwareProduct", on_delete=models.PROTECT, related_name="licenses")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="licenses")
    product_title = models.CharField(max_length=255)
    plan_name = models.CharField(max_length=100)
    binding_kind = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=LicenseStatus, default=LicenseStatus.PENDING)
    portal_address = models.CharField(_("Bitrix24 address"), max_length=255, blank=True)
    member_id = models.CharField(max_length=64, blank=True)
    link_problem = models.CharField(max_length=50, blank=True)
    starts_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    anchor_at = models.DateTimeField()
    months = models.PositiveIntegerField(default=0)
    begins_by = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    suspension = models.CharField(max_length=10, choices=Suspension, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    provisional_until = models.DateTimeField(null=True, blank=True)
    linked_at = models.DateTimeField(null=True, blank=True)
    ending_notice_for = models.DateTimeField(null=True, blank=True)
    ending_notice_days = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        permissions = [
            ("link_license", _("Can link a license to a portal by hand")),
            ("grant_license", _("Can give a license away")),
            ("extend_license", _("Can extend a license or set its end")),
            ("suspend_license", _("Can suspend and restore a license")),
            ("revoke_license", _("Can revoke a license")),
            ("hand_over_license", _("Can hand a license over to another customer")),
            ("move_license", _("Can correct a portal address, move a license or release it")),
        ]
        indexes = [
            models.Index(fields=["portal_address", "status"], name="license_claim"),
            models.Index(fields=["valid_until"], name="license_end"),
            models.Index(fields=["begins_by"], condition=~Q(begins_by=None), name="license_begin"),
            models.Index(fields=["suspended_until"], condition=~Q(suspended_until=None), name="license_suspension_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["software", "member_id"],
                condition=Q(status="active") & ~Q(member_id=""),
                name="one_active_license_per_portal",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def record(self, code: str, *, actor: User | None = None, **detail: Any) -> LicenseEvent:
        """Write to the license's history, in the caller's transaction. ``detail`` is JSON without secrets."""
        return LicenseEvent.objects.create(license=self, code=code, actor=actor, detail=detail)


class LicensePeriod(models.Model):
    """One entry in the ledger of a license's time: a paid period, one converted from another license type, or days
    that staff gave as goodwill (``kind``).

    Unique per unit of an invoice line, so granted once. It lies at [starts_at, ends_at), UTC, and is ``days`` long; if
    that is None it is ``months`` long and ``ends_at`` is the ``anchor_months``-th month from ``anchor_at``. Until
    ``begun_at`` is set, the dates are where it lies unless something changes before. A period that follows another may
    have begun while ``begun_at`` is still None (see ``services.periods``).

    ``amount``: the money paid for it, major units of ``currency``. ``converted_at``: it ended then, and what was left
    became periods of another license type, whose ``converted_from`` it is; so it is of what staff cut off it.
    ``created_at``: when it was granted;
    ``revoked_at``: when its money was returned; ``is_disputed``: the buyer's bank is asking for the money back.
    """

    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="periods")
    invoice_line = models.ForeignKey("billing.InvoiceLine", on_delete=models.PROTECT, null=True, related_name="granted")
    unit = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=PeriodKind, default=PeriodKind.BOUGHT)
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+")
    plan_name = models.CharField(max_length=100)
    months = models.PositiveIntegerField()
    days = models.PositiveIntegerField(null=True, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=6, default=Decimal(0))
    currency = models.CharField(max_length=3, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    anchor_at = models.DateTimeField()
    anchor_months = models.PositiveIntegerField()
    begun_at = models.DateTimeField(null=True, blank=True)
    converted_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="conversions"
    )
    converted_at = models.DateTimeField(null=True, blank=True)
    is_disputed = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "licensing_licenseterm"  # the model's name of old
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["invoice_line", "unit"], name="term_granted_once")]

    def __str__(self) -> str:
        return f"{self.license_id}: {self.months}"


class LicenseEvent(models.Model):
    """The history of a license: what happened, who did it, when and why. Append only."""

    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=50)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        indexes = [
            # Where a license was before: few rows among many.
            models.Index(fields=["license"], condition=Q(code__in=ADDRESS_EVENTS), name="license_address_event"),
        ]

    def __str__(self) -> str:
        return self.code
