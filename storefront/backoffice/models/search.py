"""What the search of the back office looks through: a copy of what can be searched for, kept by ``search.index``."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

#: Characters of a term: enough to tell values apart, short enough for a small index.
TERM_LENGTH = 16


class Kind(models.IntegerChoices):
    """What can be found. The numbers are stored."""

    CUSTOMER = 1, _("Customers")
    ORDER = 2, _("Orders")
    INVOICE = 3, _("Invoices")
    ATTEMPT = 4, _("Payments")
    PAYMENT = 5, _("Money received without a payment page")
    REFUND = 6, _("Refunds")
    LICENSE = 7, _("Licenses")
    MAIL = 8, _("Mails")
    VOUCHER = 9, _("Vouchers")
    CONVERSATION = 10, _("Conversations")


class Rank(models.IntegerChoices):
    """Where in its value a term begins."""

    VALUE = 0
    WORD = 1
    INSIDE = 2


class BytewiseCharField(models.CharField):
    """Compared and ordered byte by byte, as SQLite does by itself: what begins with the same letters is one range of
    the index (https://www.postgresql.org/docs/current/collation.html)."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        return {**parameters, "collation": "C"} if connection.vendor == "postgresql" else parameters


class SearchDocument(models.Model):
    """All searchable values of one object, folded (``backoffice.search.words``), a line each."""

    pk = models.CompositePrimaryKey("kind", "object_id")
    kind = models.SmallIntegerField(choices=Kind)
    object_id = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_id}"


class SearchTerm(models.Model):
    """The beginning of what a value reads from one of its characters on. The primary key is the index that is
    searched, and holds all there is, so that a search reads nothing else."""

    pk = models.CompositePrimaryKey("kind", "rank", "term", "object_id")
    kind = models.SmallIntegerField(choices=Kind)
    rank = models.SmallIntegerField(choices=Rank)
    term = BytewiseCharField(max_length=TERM_LENGTH)
    object_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.term
