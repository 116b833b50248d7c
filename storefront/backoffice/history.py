"""What staff did, in Wagtail's log: who, when, why, the values before and after.

The log is read in one place (Wagtail's report "Site history") and on the page of each object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.log_actions import LogActionRegistry, LogFormatter, log
from wagtail.models import ModelLogEntry

from storefront.backoffice.models import CustomerAct
from storefront.users.models import User


def record(
    instance: models.Model,
    action: str,
    *,
    by: User,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    customer: User | None = None,
    is_told: bool = False,
    state: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
) -> ModelLogEntry:
    """Log an act of staff. Call it in the transaction of the act.

    :param action: registered with ``register``, e.g. ``licenses.extend``
    :param before, after: values by name, as people read them; JSON types
    :param customer: whose business it is, if not read from the instance: the entry stands in their time line
    :param is_told: whether the customer is mailed about it
    :param state: ``before`` and ``after`` as ``core.kept_states`` reads them: what the thing can be brought back to
    :param words: values before and after by language, where readers are to have them in their own
    :raises ValidationError: the action is not registered
    """
    data: dict[str, Any] = {"reason": reason, "before": dict(before or {}), "after": dict(after or {})}
    if customer is not None:
        data["customer"] = customer.pk
    if is_told:
        data["is_told"] = True
    if state is not None:
        data["state"] = dict(state)
    if words is not None:
        data["words"] = dict(words)
    entry: ModelLogEntry = log(instance=instance, action=action, user=by, data=data)
    if customer is not None:
        CustomerAct.objects.create(customer=customer, entry=entry, created_at=entry.timestamp)
    return entry


def register(actions: LogActionRegistry, action: str, label: str | Promise) -> None:
    """Make an act known to the log, for the hook ``register_log_actions``. ``label``: "Extend a license"."""

    class Formatter(ActFormatter):
        pass

    Formatter.label = label  # type: ignore[assignment]
    actions.register_action(action)(Formatter)


class ActFormatter(LogFormatter):
    """An entry in words: its label, what changed, the reason."""

    def format_message(self, log_entry: Any) -> str:
        return "; ".join([str(self.label), *changes(log_entry.data)])

    def format_comment(self, log_entry: Any) -> str:
        return str(log_entry.data.get("reason", ""))


def changes(data: Mapping[str, Any]) -> list[str]:
    """``["Ends: 1 May -> 1 June"]``: what an entry changed, name by name."""
    kept = data.get("words") or {}
    before, after = kept.get(get_language()) or (data.get("before") or {}, data.get("after") or {})
    return [
        _("%(name)s: %(before)s → %(after)s")
        % {"name": name, "before": before.get(name) or "–", "after": after.get(name) or "–"}
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def of(instance: models.Model) -> models.QuerySet[ModelLogEntry]:
    """The entries about an object, the latest first, with their users."""
    entries: models.QuerySet[ModelLogEntry] = ModelLogEntry.objects.for_instance(instance)
    return entries.select_related("user")


def of_all(instances: Sequence[models.Model]) -> models.QuerySet[ModelLogEntry]:
    """The entries about several objects, the latest first, with their users; one query."""
    about = models.Q(pk=None)
    for instance in instances:
        kind = ContentType.objects.get_for_model(instance, for_concrete_model=False)
        about |= models.Q(content_type=kind, object_id=str(instance.pk))
    entries: models.QuerySet[ModelLogEntry] = ModelLogEntry.objects.filter(about)
    return entries.select_related("user").order_by("-timestamp", "-pk")
