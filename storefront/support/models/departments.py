"""Departments that answer, and the hours in which they work."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.form_fields import EmailModelField
from storefront.core.texts import Translated


class Department(Translated):
    """Who a ticket is for. ``email`` is told of new tickets and of late answers (empty: settings.STAFF_EMAIL).
    ``answer_hours``: working hours within which an answer is due; None: no time is set."""

    TRANSLATED = ("name", "description")

    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    email = EmailModelField(_("e-mail"), blank=True)
    answer_hours = models.PositiveSmallIntegerField(
        _("answer within, working hours"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    is_offered = models.BooleanField(_("customers may choose it"), default=True)
    is_default = models.BooleanField(_("gets chats and messages of the contact form"), default=False)
    sort_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self) -> str:
        return self.text("name")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """From when to when tickets are answered on a day of the week, in the shop's time zone; several rows may share a
    day. Without any row every hour counts."""

    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        if self.opens is None or self.closes is None:
            return
        if self.opens >= self.closes:
            raise ValidationError({"closes": _("It must end later than it begins.")})
        others = OpeningHours.objects.filter(weekday=self.weekday, opens__lt=self.closes, closes__gt=self.opens)
        if others.exclude(pk=self.pk).exists():
            raise ValidationError({"opens": _("It overlaps other hours of this day.")})
