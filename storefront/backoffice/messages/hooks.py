"""The post room in Wagtail: addresses, menu, permissions, log actions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.messages import acts, bulk, lists, pages, webhook_acts
from storefront.backoffice.messages.lists import ACT_ON_MAILS, ACT_ON_WEBHOOKS, VIEW_MAILS, VIEW_WEBHOOKS
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications.models import OutboxMessage, OutboxStatus

links.register_page(OutboxMessage, "backoffice-mail", permissions=(VIEW_MAILS, ACT_ON_MAILS))
links.register_page(InboundEvent, "backoffice-webhook", permissions=(VIEW_WEBHOOKS, ACT_ON_WEBHOOKS))
hooks.register("register_bulk_action", bulk.RetryMails)
hooks.register("register_bulk_action", bulk.RetryWebhooks)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    mail, webhook = "mails/<int:pk>/", "webhooks/<int:pk>/"
    return [
        path("mails/", lists.MailList.as_view(), name="backoffice-mails"),
        path("mails/results/", lists.MailList.as_view(results_only=True), name="backoffice-mails-results"),
        path(mail, pages.MailPage.as_view(), name="backoffice-mail"),
        path(f"{mail}html/", pages.MailHtml.as_view(), name="backoffice-mail-html"),
        path(f"{mail}retry/", acts.RetryMail.as_view(), name="backoffice-mail-retry"),
        path(f"{mail}resend/", acts.ResendMail.as_view(), name="backoffice-mail-resend"),
        path(f"{mail}give-up/", acts.GiveUpMail.as_view(), name="backoffice-mail-give-up"),
        path(f"{mail}address-works/", acts.AddressWorks.as_view(), name="backoffice-mail-works"),
        path("webhooks/", lists.WebhookList.as_view(), name="backoffice-webhooks"),
        path("webhooks/results/", lists.WebhookList.as_view(results_only=True), name="backoffice-webhooks-results"),
        path(webhook, pages.WebhookPage.as_view(), name="backoffice-webhook"),
        path(f"{webhook}retry/", webhook_acts.RetryWebhook.as_view(), name="backoffice-webhook-retry"),
        path(f"{webhook}give-up/", webhook_acts.GiveUpWebhook.as_view(), name="backoffice-webhook-give-up"),
    ]


@hooks.register("register_system_menu_item")
def mails() -> MenuItem:
    return StaffMenuItem(
        _("Mails"), reverse_lazy("backoffice-mails"), permissions=lists.MailList.permissions, icon_name="mail",
        name="mails", order=1, counter=OutboxMessage.objects.filter(status=OutboxStatus.DEAD).count,
    )  # fmt: skip


@hooks.register("register_system_menu_item")
def webhooks() -> MenuItem:
    return StaffMenuItem(
        _("Webhooks"), reverse_lazy("backoffice-webhooks"), permissions=lists.WebhookList.permissions,
        icon_name="link-external", name="webhooks", order=2,
        counter=InboundEvent.objects.filter(status=InboundStatus.FAILED).count,
    )  # fmt: skip


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Shown in Wagtail's form for groups."""
    mail = Q(content_type__app_label="notifications", codename__in=("view_outboxmessage", "resend_message"))
    webhook = Q(content_type__app_label="inbox", codename__in=("view_inboundevent", "retry_event"))
    return Permission.objects.filter(mail | webhook)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, "messages.retry", _("Try a mail now"))
    history.register(actions, "messages.resend", _("Send a mail again"))
    history.register(actions, "messages.give_up", _("Give a mail up"))
    history.register(actions, "messages.address_works", _("Say that an address works"))
    history.register(actions, "webhooks.retry", _("Try a webhook now"))
    history.register(actions, "webhooks.give_up", _("Give a webhook up"))
