"""The back office in Wagtail's admin. Each section registers its addresses, menu items, permissions and log actions in
its own ``hooks.py``, with Wagtail's hooks."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from storefront.backoffice import menu  # noqa: F401  (registers the menu)
from storefront.backoffice.accounting import hooks as accounting_hooks  # noqa: F401
from storefront.backoffice.approvals import hooks as approvals_hooks  # noqa: F401
from storefront.backoffice.bank_statements import hooks as bank_statements_hooks  # noqa: F401
from storefront.backoffice.carts import hooks as carts_hooks  # noqa: F401
from storefront.backoffice.customers import hooks as customers_hooks  # noqa: F401
from storefront.backoffice.documents import hooks as documents_hooks  # noqa: F401
from storefront.backoffice.history_list import hooks as history_hooks  # noqa: F401
from storefront.backoffice.licenses import hooks as licenses_hooks  # noqa: F401
from storefront.backoffice.messages import hooks as messages_hooks  # noqa: F401
from storefront.backoffice.money_desk import hooks as money_desk_hooks  # noqa: F401
from storefront.backoffice.orders import hooks as orders_hooks  # noqa: F401
from storefront.backoffice.payment_methods import hooks as payment_methods_hooks  # noqa: F401
from storefront.backoffice.paypal_requests import hooks as paypal_requests_hooks  # noqa: F401
from storefront.backoffice.refunds import hooks as refunds_hooks  # noqa: F401
from storefront.backoffice.renewals import hooks as renewals_hooks  # noqa: F401
from storefront.backoffice.reports import hooks as reports_hooks  # noqa: F401
from storefront.backoffice.saved_views import hooks as saved_views_hooks  # noqa: F401
from storefront.backoffice.search import hooks as search_hooks  # noqa: F401
from storefront.backoffice.session import hooks as session_hooks  # noqa: F401
from storefront.backoffice.staff import hooks as staff_hooks  # noqa: F401
from storefront.backoffice.system import hooks as system_hooks  # noqa: F401
from storefront.backoffice.tickets import hooks as tickets_hooks  # noqa: F401
from storefront.backoffice.transfers import hooks as transfers_hooks  # noqa: F401
from storefront.backoffice.versions import hooks as versions_hooks  # noqa: F401
from storefront.backoffice.vouchers import hooks as vouchers_hooks  # noqa: F401


@hooks.register("insert_global_admin_css")
def styles() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/backoffice.css"))


@hooks.register("insert_global_admin_js")
def dates() -> str:
    return format_html('<script src="{}"></script>', static("js/admin/dates.js"))


@hooks.register("register_icons")
def icons(names: list[str]) -> list[str]:
    """Those that Wagtail does not have."""
    return [*names, "backoffice/icons/undo.svg"]
