"""'Documents' in the back office: addresses, menu, log, permissions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.documents import acts, earlier, lists, page, prints, settings_page, settings_saving
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.saved_views import views as saved_views
from storefront.billing.documents.models import Document

links.register_page(Document, "backoffice-document", permissions=(lists.VIEW,), arg="number")
saved_views.offer("documents", route="backoffice-documents", permissions=lists.DocumentList.permissions)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """Wagtail's own documents, files of pages, have the address that would come first to mind."""
    base = "issued-documents/"
    one, waiting = f"{base}<str:number>/", f"{base}waiting/"
    printed = f"{waiting}printed/<str:public_id>/"
    results = lists.WaitingList.as_view(results_only=True)
    return [
        path(base, lists.DocumentList.as_view(), name="backoffice-documents"),
        path(f"{base}results/", lists.DocumentList.as_view(results_only=True), name="backoffice-documents-results"),
        path(f"{base}settings/", settings_page.DocumentSettingsPage.as_view(), name="backoffice-documents-settings"),
        path(
            f"{base}settings/<int:seller>/",
            settings_page.DocumentSettingsPage.as_view(),
            name="backoffice-documents-settings-of",
        ),
        path(
            f"{base}pictures/<str:public_id>/", settings_page.PictureFile.as_view(), name="backoffice-documents-picture"
        ),
        path(f"{base}earlier/", earlier.Earlier.as_view(), name="backoffice-documents-earlier"),
        path(waiting, lists.WaitingList.as_view(), name="backoffice-documents-waiting"),
        path(f"{waiting}results/", results, name="backoffice-documents-waiting-results"),
        path(f"{waiting}print/", prints.Print.as_view(), name="backoffice-documents-print"),
        path(printed, prints.PrintRunPage.as_view(), name="backoffice-documents-printed"),
        path(f"{printed}pdf/", prints.PrintRunFile.as_view(), name="backoffice-documents-printed-pdf"),
        path(f"{waiting}<int:pk>/issue/", acts.Retry.as_view(), name="backoffice-document-retry"),
        path(one, page.DocumentPage.as_view(), name="backoffice-document"),
        path(f"{one}pdf/", page.DocumentFile.as_view(), name="backoffice-document-pdf"),
        path(f"{one}send/", acts.SendAgain.as_view(), name="backoffice-document-send"),
        path(f"{one}posted/", acts.MarkPosted.as_view(), name="backoffice-document-posted"),
    ]


@hooks.register("register_sales_menu_item")
def register_item() -> MenuItem:
    return StaffMenuItem(
        _("Documents"), reverse_lazy("backoffice-documents"), permissions=(lists.VIEW,), icon_name="doc-full-inverse",
        name="issued-documents", order=22,
    )  # fmt: skip


@hooks.register("register_sales_menu_item")
def waiting_item() -> MenuItem:
    return StaffMenuItem(
        _("Documents that wait"), reverse_lazy("backoffice-documents-waiting"), permissions=(lists.VIEW,),
        icon_name="time", name="waiting-documents", order=24, counter=lists.waiting().count,
    )  # fmt: skip


@hooks.register("register_sales_menu_item")
def settings_item() -> MenuItem:
    return StaffMenuItem(
        _("How documents are issued"), reverse_lazy("backoffice-documents-settings"),
        permissions=settings_page.DocumentSettingsPage.permissions, icon_name="cog", name="document-settings",
        order=900,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, settings_saving.ACTION, _("Change how documents are issued"))
    history.register(actions, earlier.EARLIER, _("Issue documents of earlier orders"))
    history.register(actions, acts.SENT, _("Send a document again"))
    history.register(actions, acts.RETRIED, _("Issue a document"))
    history.register(actions, prints.PRINTED, _("Print a paper copy"))
    history.register(actions, acts.POSTED, _("Post a paper copy"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="documents",
        codename__in=("view_document", "send_document", "export_document", "use_seal", "change_documentsettings"),
    )
