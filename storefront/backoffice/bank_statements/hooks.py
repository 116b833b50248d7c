"""'Bank statements' in the back office: addresses, menu, log, permissions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.bank_statements import acts, assigning, bulk, known, lists, rules, upload, views
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.saved_views import views as saved_views
from storefront.billing.bank_statements.models import StatementFile, StatementLine

links.register_page(StatementFile, "backoffice-statement-file", permissions=views.FilePage.permissions)
links.register_page(StatementLine, "backoffice-statement-line", permissions=views.LinePage.permissions)
saved_views.offer("statement-lines", route="backoffice-statement-lines", permissions=lists.LineList.permissions)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    base = "bank-statements/"
    lines, file, mappings = f"{base}lines/", f"{base}files/<int:pk>/", f"{base}rules/mappings/"
    one = f"{lines}<int:pk>/"
    return [
        path(base, lists.FileList.as_view(), name="backoffice-statements"),
        path(f"{base}results/", lists.FileList.as_view(results_only=True), name="backoffice-statements-results"),
        path(f"{base}import/", upload.Upload.as_view(), name="backoffice-statements-upload"),
        path(f"{base}rules/", rules.Rules.as_view(), name="backoffice-statement-rules"),
        path(f"{mappings}new/", rules.EditMapping.as_view(), name="backoffice-statement-mapping-new"),
        path(f"{mappings}<int:pk>/", rules.EditMapping.as_view(), name="backoffice-statement-mapping"),
        path(file, views.FilePage.as_view(), name="backoffice-statement-file"),
        path(f"{file}progress/", views.FileProgress.as_view(), name="backoffice-statement-progress"),
        path(lines, lists.LineList.as_view(), name="backoffice-statement-lines"),
        path(f"{lines}results/", lists.LineList.as_view(results_only=True), name="backoffice-statement-lines-results"),
        path(f"{lines}book/", bulk.BookLines.as_view(), name="backoffice-statement-lines-book"),
        path(one, views.LinePage.as_view(), name="backoffice-statement-line"),
        path(f"{one}book/", acts.BookProposal.as_view(), name="backoffice-statement-line-book"),
        path(f"{one}assign/", assigning.Assign.as_view(), name="backoffice-statement-line-assign"),
        path(f"{one}aside/", acts.PutAside.as_view(), name="backoffice-statement-line-aside"),
        path(f"{one}same/", known.SameTransfer.as_view(), name="backoffice-statement-line-same"),
        path(f"{one}undo/", acts.UndoLine.as_view(), name="backoffice-statement-line-undo"),
        path(f"{one}reverse/", acts.ReverseTransfer.as_view(), name="backoffice-statement-line-reverse"),
    ]


@hooks.register("register_sales_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Bank statements"), reverse_lazy("backoffice-statements"), permissions=lists.FileList.permissions,
        icon_name="download", name="bank-statements", order=27, counter=lists.waiting,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, acts.BOOKED, _("Book a line of a statement"))
    history.register(actions, acts.ASIDE, _("Put a line of a statement aside"))
    history.register(actions, acts.UNDONE, _("Undo a decision about a line of a statement"))
    history.register(actions, acts.REVERSED, _("Take a transfer back that the bank took back"))
    history.register(actions, rules.CHANGED, _("Change what of statements is booked by itself"))
    history.register(actions, rules.MAPPED, _("Change a CSV mapping"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="bank_statements",
        codename__in=("view_statementfile", "add_statementfile", "change_statementline", "change_csvmapping"),
    )
