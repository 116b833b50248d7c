"""Counted visits. No personal data is kept, and nothing that links the visits of two days.

For one day a visitor is a hash of address and browser under a random salt of that day. After the day the hashes become
counts and are deleted together with the salt: then nobody can tell whose they were, the shop included.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """What a visitor did. Orders and payments have tables of their own."""

    VIEW = "view", _("Saw a product page")
    CART = "cart", _("Put it in the cart")


class DaySalt(models.Model):
    """The secret of one day, deleted after it."""

    day = models.DateField(primary_key=True)
    salt = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)


class Sighting(models.Model):
    """A visitor took a step with a product on a day; deleted after it. ``visitor``: a hash, hexadecimal."""

    day = models.DateField()
    step = models.CharField(max_length=4, choices=Step)
    software = models.ForeignKey("plans.SoftwareProduct", on_delete=models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "step", "software", "visitor"], name="sighting_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.step} {self.software_id}"


class DailyCount(models.Model):
    """How many visitors of a day took each step: with one product, or with any (``software`` empty)."""

    day = models.DateField()
    software = models.ForeignKey("plans.SoftwareProduct", on_delete=models.CASCADE, null=True, related_name="+")
    viewers = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        permissions = [("view_numbers", "Can see the numbers on the dashboard")]
        constraints = [
            models.UniqueConstraint(fields=["day", "software"], name="daily_count_once"),
            models.UniqueConstraint(fields=["day"], condition=Q(software=None), name="daily_count_once_for_all"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.software_id or 'all'}"
