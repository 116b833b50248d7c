"""Replaced translations are kept in the page's history.

wagtail-localize's editor saves each string when its translator leaves the field, and has no hook that could refuse
it. A form opened long ago can therefore only overwrite another's wording of that one string; that wording is logged (https://docs.wagtail.org/en/stable/extending/audit_log.html).
"""

from __future__ import annotations

from html import unescape
from typing import Any

from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter, get_active_log_context, log
from wagtail_localize.models import StringTranslation

from cms.edit_conflicts.conflicts import display_name

ACTION = "cms.replace_translation"


@hooks.register("register_log_actions")
def register(actions: LogActionRegistry) -> None:
    @actions.register_action(ACTION)
    class Replaced(LogFormatter):  # type: ignore[misc]
        label = gettext_lazy("Replace a translation")

        def format_message(self, log_entry: Any) -> str:
            data = log_entry.data
            names = {"who": data.get("who") or _("somebody"), "before": unescape(data.get("before", ""))}
            return _("Replaced the wording of %(who)s: “%(before)s”") % names


@receiver(pre_save, sender=StringTranslation, dispatch_uid="cms.edit_conflicts.translation_log.saved")
def note_replaced(sender: type, instance: StringTranslation, **kwargs: Any) -> None:
    """Log another translator's wording before it is replaced."""
    before = StringTranslation.objects.filter(pk=instance.pk).select_related("last_translated_by").first()
    if before is not None and before.data != instance.data:
        _note(before, instance.last_translated_by_id)


@receiver(pre_delete, sender=StringTranslation, dispatch_uid="cms.edit_conflicts.translation_log.deleted")
def note_deleted(sender: type, instance: StringTranslation, **kwargs: Any) -> None:
    """Log another translator's wording before an editor deletes it."""
    user = get_active_log_context().user
    if user is not None:
        _note(instance, user.pk)


def _note(before: StringTranslation, user_id: int | None) -> None:
    author = before.last_translated_by
    if author is None or author.pk == user_id or before.context is None:
        return
    thing = before.context.object.get_instance_or_none(before.locale_id)
    if thing is not None:
        log(instance=thing, action=ACTION, data={"before": before.data, "who": display_name(author)})
