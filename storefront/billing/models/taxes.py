"""What taxes are decided by: the seller's settings, the rates, and what is known of VAT ids."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from storefront.billing.tax.facts import EvidenceKind, TaxName
from storefront.billing.tax.inputs import TaxRegime, Unverified
from storefront.billing.tax.territories import TaxRegion
from storefront.core import clock, countries, currencies

_DAY = timedelta(days=1)


class TaxSettings(models.Model):
    """The part of the seller that says which tax it charges; see ``tax.SellerTax``. ``vat_id`` is printed on documents
    and named to VIES, with its prefix (DE123456789). ``accounting_currency`` is the one that tax is declared in: in
    documents of another the tax stands in it, too; "": in none."""

    tax_regime = models.CharField(_("tax"), max_length=10, choices=TaxRegime, default=TaxRegime.NONE)
    vat_id = models.CharField(_("VAT ID"), max_length=20, blank=True)
    uses_oss = models.BooleanField(_("registered for OSS"), default=False)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    unverified_vat_ids = models.CharField(
        _("while VIES does not answer"), max_length=10, choices=Unverified, default=Unverified.ACCEPT
    )
    accounting_currency = models.CharField(
        _("currency of the tax return"), max_length=3, blank=True, default="", validators=[currencies.valid]
    )
    tax_exemption = models.CharField(_("reason of the exemption"), max_length=200, blank=True)

    class Meta:
        abstract = True


class TaxRate(models.Model):
    """The standard rate of a country, or of a ``region`` of it, in percent, from a day to another, both included;
    ``valid_to`` None: for the time being. The rates of one place follow each other without gap or overlap (``clean``).
    """

    country = models.CharField(_("country"), max_length=2, validators=[countries.valid])
    region = models.CharField(_("region"), max_length=5, choices=TaxRegion, blank=True)
    kind = models.CharField(_("kind of tax"), max_length=10, choices=TaxName, default=TaxName.VAT)
    rate = models.DecimalField(
        _("rate, %"),
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(99))],
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["country", "region", "-valid_from"]
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(fields=["country", "region", "valid_from"], name="tax_rate_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tax_rate_ends_after_its_beginning",
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gte=0) & models.Q(rate__lt=100), name="tax_rate_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region or self.country}, {self.rate.normalize():f} %"

    def save(self, *args: object, **kwargs: object) -> None:
        before = self._before()
        if before is not None and before.valid_to != self.valid_from - _DAY and self._may_move(before):
            type(self)._default_manager.filter(pk=before.pk).update(valid_to=self.valid_from - _DAY)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Refuse a gap or an overlap with the country's other rates. The one before ends as this one begins if it has
        no end yet, or if it ended as this one began until now: ``save`` sees to it."""
        super().clean()
        if self.valid_from is None or not self.country:
            return
        if self.region and not self.region.startswith(self.country):
            raise ValidationError({"region": _("This region is of another country.")})
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("This is before the first day.")})
        if self._others().filter(valid_from=self.valid_from).exists():
            raise ValidationError({"valid_from": _("There is a rate of this country from this day on already.")})
        self._check_before()
        self._check_after()

    def _check_before(self) -> None:
        before = self._before()
        if before is None or before.valid_to is None or self._may_move(before):
            return
        first = before.valid_to + _DAY
        if first != self.valid_from:
            problem = (
                _("There would be days without a rate: the one before ends on %(end)s. Begin on %(first)s.")
                if first < self.valid_from
                else _("Two rates would apply: the one before ends on %(end)s. Begin on %(first)s.")
            )
            days = {"end": date_format(before.valid_to), "first": date_format(first)}
            raise ValidationError({"valid_from": ValidationError(problem, params=days)})

    def _check_after(self) -> None:
        after = self._others().filter(valid_from__gt=self.valid_from).order_by("valid_from").first()
        if after is not None and self.valid_to != after.valid_from - _DAY:
            days = {"next": date_format(after.valid_from), "last": date_format(after.valid_from - _DAY)}
            problem = _("The next rate begins on %(next)s: this one must end on %(last)s.")
            raise ValidationError({"valid_to": ValidationError(problem, params=days)})

    def _others(self) -> models.QuerySet["TaxRate"]:
        return type(self)._default_manager.filter(country=self.country, region=self.region).exclude(pk=self.pk)

    def _before(self) -> "TaxRate | None":
        return self._others().filter(valid_from__lt=self.valid_from).order_by("-valid_from").first()

    def _may_move(self, before: "TaxRate") -> bool:
        """Whether the end of the rate before follows the beginning of this one."""
        if before.valid_to is None:
            return True
        same = type(self)._default_manager.filter(pk=self.pk, country=self.country, region=self.region)
        stored = same.first() if self.pk else None
        return stored is not None and stored.valid_from == before.valid_to + _DAY


class VatCheck(models.Model):
    """One question to VIES about a VAT id, and its answer: the proof of a sale without tax, never changed.

    ``outcome``: ``tax.VatOutcome``. ``requester`` is our own id that was named, ``consultation_number`` what VIES gave
    for it; ``answer`` is as it came, ``error`` its code where nobody could say.
    """

    vat_id = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10)
    checked_at = models.DateTimeField(default=clock.now)
    requester = models.CharField(max_length=20, blank=True)
    consultation_number = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=500, blank=True)
    answer = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["vat_id", "checked_at"], name="vat_check_latest")]

    def __str__(self) -> str:
        return f"{self.vat_id}: {self.outcome}"


class ProvisionalSale(models.Model):
    """An invoice without tax for a VAT id that VIES had not confirmed: checked again until it is known.

    ``outcome``: "" while nobody knows, then valid or invalid (``check_made`` says by which answer), or no_answer once
    it was given up. ``next_check_at`` is None from then on. Of the last two staff are told what is owed.
    """

    invoice = models.OneToOneField("billing.Invoice", on_delete=models.PROTECT, related_name="provisional_sale")
    created_at = models.DateTimeField(default=clock.now)
    next_check_at = models.DateTimeField(null=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=10, blank=True)
    check_made = models.ForeignKey(VatCheck, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.outcome or 'open'}"


class LocationEvidence(models.Model):
    """A piece of evidence of where a consumer is that came after the invoice; earlier ones are in its ``tax_facts``.

    ``kind``: ``tax.EvidenceKind``; ``country``: ISO 3166-1; ``source``: who told us. Never changed.
    """

    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="location_evidence")
    kind = models.CharField(max_length=20, choices=EvidenceKind)
    country = models.CharField(max_length=2)
    source = models.CharField(max_length=100)
    found_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "kind", "source"], name="location_evidence_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.country}"
