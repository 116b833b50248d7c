"""The roles of staff: groups with their rights, which ``setup_shop`` creates. Marketers, who also have rights on pages
and pictures, are in ``cms/permissions.py``.

A role only gains rights here: what the owner gave or took by hand in Wagtail stays, except that rights new in a release
are added by the next ``setup_shop``.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

OWNER, ACCOUNTING, SUPPORT, SALES, READ_ONLY = "Owner", "Accounting", "Support", "Sales", "Read-only"

ENTER = "wagtailadmin.access_admin"
#: Customers and what they ordered, without anything that changes it.
VIEW_TRADE = (
    ENTER,
    "users.view_user",
    "order.view_order",
    "billing.view_invoice",
    "billing.view_paymentattempt",
    "billing.view_payment",
    "billing.view_refund",
    "licensing.view_license",
    "notifications.view_outboxmessage",
)
VIEW_MONEY = ("billing.view_reviewitem", "billing.view_ledgertransaction", "numbers.view_numbers")
VIEW_TECHNICAL = (
    "inbox.view_inboundevent",
    "core.view_health",
    "core.view_scheduledjob",
    "wagtailcore.view_modellogentry",
)
VIEW_CONVERSATIONS = ("support.view_conversation",)
VIEW_CATALOGUE = (
    "plans.view_softwareproduct",
    "plans.view_plan",
    "plans.view_period",
    "plans.view_discount",
    "plans.view_agreement",
    "billing.view_seller",
    "voucher.view_voucher",
)

HELP_CUSTOMERS = (
    "support.change_conversation",
    "users.mail_password_link",
    "users.correct_email",
    "users.view_as_customer",
    "notifications.resend_message",
    "backoffice.add_staffnote",
)
MOVE_LICENSES = ("licensing.link_license", "licensing.move_license")
CHANGE_LICENSES = (
    *MOVE_LICENSES,
    "licensing.grant_license",
    "licensing.extend_license",
    "licensing.suspend_license",
    "licensing.revoke_license",
)
CHANGE_INVOICES = ("billing.cancel_invoice", "billing.postpone_invoice", "billing.change_payer")
WRITE_VOUCHERS = ("voucher.add_voucher", "voucher.change_voucher", "voucher.view_voucher")

RIGHTS: dict[str, tuple[str, ...]] = {
    READ_ONLY: (*VIEW_TRADE, *VIEW_MONEY, *VIEW_TECHNICAL, *VIEW_CONVERSATIONS, *VIEW_CATALOGUE),
    SUPPORT: (*VIEW_TRADE, *VIEW_CONVERSATIONS, "inbox.view_inboundevent", *HELP_CUSTOMERS, *MOVE_LICENSES),
    SALES: (
        *VIEW_TRADE,
        *VIEW_CONVERSATIONS,
        *VIEW_CATALOGUE,
        "support.change_conversation",
        "users.mail_password_link",
        "backoffice.add_staffnote",
        "billing.place_order",
        "billing.cancel_invoice",
        "billing.postpone_invoice",
        *WRITE_VOUCHERS,
    ),
    ACCOUNTING: (
        *VIEW_TRADE,
        *VIEW_MONEY,
        "inbox.view_inboundevent",
        "backoffice.add_staffnote",
        "billing.view_seller",
        "billing.change_reviewitem",
        "billing.begin_refund",
        "billing.approve_refund",
        *CHANGE_INVOICES,
    ),
    OWNER: (
        *VIEW_TRADE,
        *VIEW_MONEY,
        *VIEW_TECHNICAL,
        *VIEW_CONVERSATIONS,
        *VIEW_CATALOGUE,
        *HELP_CUSTOMERS,
        *CHANGE_LICENSES,
        *CHANGE_INVOICES,
        *WRITE_VOUCHERS,
        "billing.place_order",
        "billing.begin_refund",
        "billing.approve_refund",
        "billing.change_reviewitem",
        "billing.change_seller",
        "users.close_account",
        "users.invite_staff",
        "users.add_user",
        "users.change_user",
        "auth.add_group",
        "auth.change_group",
        "auth.view_group",
        "inbox.retry_event",
        "core.run_job",
        "support.delete_conversation",
        "backoffice.delete_savedview",
    ),
}


def ensure_role(name: str) -> Group:
    """The group of a role, with all its rights."""
    group, _created = Group.objects.get_or_create(name=name)
    group.permissions.add(*permissions(RIGHTS[name]))
    return group


def permissions(names: Iterable[str]) -> list[Permission]:
    """The permissions written as ``app.codename``. Raises LookupError for one that does not exist."""
    wanted = {tuple(name.split(".", 1)) for name in names}
    query = Q(pk=None)
    for app, codename in wanted:
        query |= Q(content_type__app_label=app, codename=codename)
    existing = list(Permission.objects.filter(query).select_related("content_type"))
    missing = wanted - {(permission.content_type.app_label, permission.codename) for permission in existing}
    if missing:
        raise LookupError(", ".join(sorted(".".join(pair) for pair in missing)))
    return existing
