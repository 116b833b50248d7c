"""The roles of staff: groups with their rights, which ``setup_shop`` makes. Marketers, and what owners may do with
pages and pictures, are in ``cms/permissions.py``.

A role is given each right once (``Role.given``): the next ``setup_shop`` adds what is new in a release, and leaves what
an owner took or added by hand.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from storefront.users.models import Role, User

OWNER, ACCOUNTING, SUPPORT, SALES, READ_ONLY = "Owner", "Accounting", "Support", "Sales", "Read-only"

ENTER = "wagtailadmin.access_admin"
#: Customers and what they ordered, without anything that changes it.
VIEW_TRADE = (
    ENTER,
    "users.view_user",
    "order.view_order",
    "billing.view_invoice",
    "documents.view_document",
    "billing.view_paymentattempt",
    "billing.view_payment",
    "billing.view_refund",
    "licensing.view_license",
    "notifications.view_outboxmessage",
)
VIEW_NUMBERS = ("numbers.view_numbers",)
VIEW_MONEY = (
    "billing.view_reviewitem",
    "billing.view_ledgertransaction",
    "billing.view_paymentmethod",
    "transfers.view_banktransfer",
    "bank_statements.view_statementfile",
    "transfers.view_paymentproof",
    *VIEW_NUMBERS,
)
VIEW_HISTORY = ("wagtailcore.view_modellogentry",)
VIEW_TECHNICAL = ("inbox.view_inboundevent", "core.view_health", "core.view_scheduledjob")
VIEW_CONVERSATIONS = ("support.view_conversation",)
VIEW_CATALOGUE = (
    *(f"plans.view_{kind}" for kind in ("softwareproduct", "plan", "period", "discount", "agreement")),
    "billing.view_seller",
    "voucher.view_voucher",
)

WRITE_REFUND_REASONS = tuple(f"billing.{verb}_refundreason" for verb in ("view", "add", "change", "delete"))
WRITE_TAX_RATES = (
    *(f"billing.{verb}_taxrate" for verb in ("view", "add", "change")),
    *(f"billing.{verb}_exchangerate" for verb in ("view", "add", "change", "delete")),
)
WRITE_ANSWERS = (
    "support.view_cannedanswer",
    "support.add_cannedanswer",
    "support.change_cannedanswer",
    "support.delete_cannedanswer",
)
SET_UP_DEPARTMENTS = tuple(
    f"support.{verb}_{model}"
    for model in ("department", "openinghours")
    for verb in ("view", "add", "change", "delete")
)
HELP_CUSTOMERS = (
    "support.change_conversation",
    *WRITE_ANSWERS,
    "users.mail_password_link",
    "users.correct_email",
    "users.view_as_customer",
    "notifications.resend_message",
    "users.export_data",
    "backoffice.add_staffnote",
    "licensing.change_subscription",
)
MOVE_LICENSES = ("licensing.link_license", "licensing.move_license")
CHANGE_LICENSES = (
    *MOVE_LICENSES,
    *(f"licensing.{act}_license" for act in ("grant", "extend", "suspend", "revoke", "hand_over")),
)
#: Confirming what came to the bank, and what buyers sent as proof; our own bank accounts are the owners'.
BOOK_TRANSFERS = ("transfers.book_banktransfer", "transfers.decide_paymentproof", "transfers.give_provisional")
#: Bank statements: files imported, lines decided, how files are read.
IMPORT_STATEMENTS = tuple(
    f"bank_statements.{right}" for right in ("add_statementfile", "change_statementline", "change_csvmapping")
)
SET_UP_ACCOUNTS = tuple(f"transfers.{verb}_selleraccount" for verb in ("view", "add", "change"))
#: Sending issued documents again, posting them on paper; how they are made. The seal has a right of its own.
ISSUE_DOCUMENTS = (
    "documents.send_document",
    "documents.export_document",
    "documents.change_documentsettings",
)
CHANGE_INVOICES = ("billing.cancel_invoice", "billing.postpone_invoice", "billing.change_payer")
#: Of carts that were left: e-mail and contents, as far as the buyer asked for a link.
VIEW_CARTS = ("checkout.view_checkoutreminder",)
WRITE_VOUCHERS = ("voucher.add_voucher", "voucher.change_voucher", "voucher.view_voucher")

RIGHTS: dict[str, tuple[str, ...]] = {
    READ_ONLY: (
        *VIEW_TRADE,
        *VIEW_MONEY,
        *VIEW_TECHNICAL,
        *VIEW_HISTORY,
        *VIEW_CONVERSATIONS,
        *VIEW_CATALOGUE,
    ),
    SUPPORT: (*VIEW_TRADE, *VIEW_CONVERSATIONS, "inbox.view_inboundevent", *HELP_CUSTOMERS, *MOVE_LICENSES),
    SALES: (
        *VIEW_TRADE,
        *VIEW_CONVERSATIONS,
        *VIEW_CATALOGUE,
        "support.change_conversation",
        "users.mail_password_link",
        "backoffice.add_staffnote",
        "billing.place_order",
        *CHANGE_INVOICES,
        *WRITE_VOUCHERS,
        *VIEW_CARTS,
        *VIEW_NUMBERS,
    ),
    ACCOUNTING: (
        *VIEW_TRADE,
        *VIEW_MONEY,
        *VIEW_HISTORY,
        "inbox.view_inboundevent",
        "backoffice.add_staffnote",
        "billing.view_seller",
        "billing.change_seller",
        *WRITE_TAX_RATES,
        *WRITE_REFUND_REASONS,
        "accounting.export_month",
        "accounting.change_accounts",
        "billing.change_reviewitem",
        "billing.begin_refund",
        "billing.approve_refund",
        *BOOK_TRANSFERS,
        *IMPORT_STATEMENTS,
        *ISSUE_DOCUMENTS,
        *CHANGE_INVOICES,
    ),
    OWNER: (
        *VIEW_TRADE,
        *VIEW_MONEY,
        *VIEW_TECHNICAL,
        *VIEW_HISTORY,
        *VIEW_CONVERSATIONS,
        *VIEW_CATALOGUE,
        *HELP_CUSTOMERS,
        *CHANGE_LICENSES,
        *CHANGE_INVOICES,
        *ISSUE_DOCUMENTS,
        "documents.use_seal",
        *WRITE_VOUCHERS,
        *VIEW_CARTS,
        "billing.place_order",
        "billing.begin_refund",
        "billing.approve_refund",
        "billing.change_reviewitem",
        "billing.change_seller",
        *WRITE_TAX_RATES,
        *WRITE_REFUND_REASONS,
        "billing.change_paymentmethod",
        "billing.switch_paymentmethod",
        *BOOK_TRANSFERS,
        *IMPORT_STATEMENTS,
        *SET_UP_ACCOUNTS,
        "accounting.export_month",
        "accounting.change_accounts",
        "users.close_account",
        "users.erase_customer",
        "users.invite_staff",
        "auth.add_group",
        "auth.change_group",
        "auth.delete_group",
        "auth.view_group",
        "inbox.retry_event",
        "core.run_job",
        "support.delete_conversation",
        *SET_UP_DEPARTMENTS,
        "backoffice.delete_savedview",
    ),
}

#: Made by a migration of Oscar's, for its dashboard, which the shop has not.
OSCARS_GROUP = "All Oscar Dashboard Permissions"


@transaction.atomic
def remove_oscars_group() -> None:
    """Who was in it keeps those of its rights that mean something here, as their own. A group that opens the back
    office has become a role, and stays."""
    group = Group.objects.filter(name=OSCARS_GROUP).exclude(permissions__in=permissions([ENTER])).first()
    if group is None:
        return
    kept = group.permissions.filter(condition(set().union(*RIGHTS.values())))
    for member in User.objects.filter(groups=group):
        member.user_permissions.add(*kept)
    group.delete()


@transaction.atomic
def ensure_role(name: str, rights: Iterable[str] = ()) -> Group:
    """The group of a role, given those of its rights that it never had. ``rights``: others than those of RIGHTS."""
    role = ensure(name)
    role.group.permissions.add(*permissions(newly_given(role, rights or RIGHTS[name])))
    return role.group


def ensure(name: str) -> Role:
    """The role, locked until the end of the transaction. A group of its name becomes the role's."""
    role = Role.objects.select_for_update(of=("self",)).select_related("group").filter(name=name).first()
    if role is None:
        group, _created = Group.objects.get_or_create(name=name)
        role, _created = Role.objects.select_related("group").get_or_create(name=name, defaults={"group": group})
    return role


def newly_given(role: Role, rights: Iterable[str]) -> list[str]:
    """Those of ``rights`` that the role was never given; it has been, from now on."""
    new = [right for right in dict.fromkeys(rights) if right not in role.given]
    if new:
        role.given = sorted([*role.given, *new])
        role.save(update_fields=["given"])
    return new


def permissions(names: Iterable[str]) -> list[Permission]:
    """The permissions written as ``app.codename``. Raises LookupError for one that does not exist."""
    names = set(names)
    wanted = {tuple(name.split(".", 1)) for name in names}
    existing = list(Permission.objects.filter(condition(names)).select_related("content_type"))
    missing = wanted - {(permission.content_type.app_label, permission.codename) for permission in existing}
    if missing:
        raise LookupError(", ".join(sorted(".".join(pair) for pair in missing)))
    return existing


def condition(names: Iterable[str]) -> Q:
    """The condition for the permissions written as ``app.codename``."""
    query = Q(pk=None)
    for app, _dot, codename in (name.partition(".") for name in names):
        query |= Q(content_type__app_label=app, codename=codename)
    return query
