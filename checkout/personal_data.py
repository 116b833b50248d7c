"""Orders, carts and what was typed at the checkout; and Oscar's tables, of which the shop uses few."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.models import UserAddress
from oscar.apps.analytics.models import UserProductView, UserRecord, UserSearch
from oscar.apps.basket.models import Basket
from oscar.apps.basket.models import Line as BasketLine
from oscar.apps.catalogue.reviews.models import ProductReview, Vote
from oscar.apps.communication.models import Email, Notification
from oscar.apps.customer.models import ProductAlert
from oscar.apps.order.models import Line, Order, OrderDiscount, OrderNote, OrderStatusChange
from oscar.apps.payment.models import Bankcard
from oscar.apps.voucher.models import VoucherApplication
from oscar.apps.wishlists.models import WishList, WishListSharedEmail

from checkout.models import CheckoutReminder, Consent, PlannedHolder, PurchaseDetails, VoucherRule
from storefront.core.personal_data import Person, Room, Table, by_email, delete, erased_email, of, overwrite

_ORDER = _("What was ordered, without who ordered it, belongs to the invoice that is kept.")
_PROOF = _("It proves which agreement was accepted, when and from where.")
_PART = "amounts, states and texts of an order's lines, which are exported with it"
_UNUSED = "the shop does not use this table of Oscar's"
#: The columns of Oscar's that the shop fills in or that are about sums.
_NOT_CART = Basket.SUBMITTED


def _words(pk: int) -> Iterator[str]:
    of_orders = PurchaseDetails.objects.filter(order__user=pk)
    for row in of_orders.values_list("name", "company", "phone", "email", "portal_address"):
        yield from row


def _carts(person: Person) -> Q:
    return Q(owner=person.pk) & ~Q(status=_NOT_CART)


def _hold_carts(person: Person) -> None:
    """An order locks its cart before its customer; so does an erasure."""
    list(Basket.objects.select_for_update(no_key=True).filter(_carts(person)).order_by("pk").values_list("pk"))


def _unused(model: type, path: str) -> Table:
    return Table(model=model, rows=of(path), file="other", erase=delete)


ROOM = Room(
    tables=(
        Table(
            model=CheckoutReminder, hidden=("public_id",), file="carts", erase=delete,
            rows=lambda person: of("basket__owner")(person) | by_email("email")(person),
        ),
        Table(model=BasketLine, rows=lambda person: Q(basket__in=Basket.objects.filter(_carts(person))), file="carts"),
        Table(model=Basket, rows=_carts, file="carts", erase=delete),
        Table(model=Order, rows=of("user"), file="orders", kept=_ORDER, erase=overwrite(guest_email="")),
        Table(model=Line, rows=of("order__user"), file="orders", kept=_ORDER),
        Table(model=OrderDiscount, rows=of("order__user"), file="orders", kept=_ORDER),
        Table(model=OrderStatusChange, rows=of("order__user"), file="orders", kept=_ORDER),
        Table(model=OrderNote, rows=of("order__user"), file="notes-about-you", erase=delete),
        Table(
            model=PurchaseDetails, rows=of("order__user"), file="orders", hidden=("fingerprint", "cause_key"),
            erase=overwrite(
                name="", company="", phone="", portal_address="", email=lambda person: erased_email(person.pk)
            ),
        ),
        Table(
            model=PlannedHolder, file="orders", erase=delete,
            rows=lambda person: of("order__user")(person) | by_email("email")(person),
        ),
        Table(model=Consent, rows=of("customer"), file="consents", kept=_PROOF),
        Table(model=VoucherApplication, rows=of("user"), file="orders", kept=_("It counts the uses of a voucher.")),
        Table(
            model=VoucherRule.customers.through, rows=of("user"), file="orders",
            kept=_("Without it a voucher for one customer would be good for everybody."),
        ),
        _unused(UserAddress, "user"),
        _unused(UserRecord, "user"),
        _unused(UserProductView, "user"),
        _unused(UserSearch, "user"),
        _unused(Vote, "user"),
        _unused(ProductReview, "user"),
        _unused(Email, "user"),
        _unused(Notification, "recipient"),
        _unused(ProductAlert, "user"),
        _unused(Bankcard, "user"),
        _unused(WishListSharedEmail, "wishlist__owner"),
        _unused(WishList, "owner"),
    ),
    not_personal={
        "basket.LineAttribute": "which license a line of a cart extends",
        "basket.Basket_vouchers": "which voucher is in a cart",
        "order.LinePrice": _PART,
        "order.LineAttribute": _PART,
        "order.OrderLineDiscount": _PART,
        "order.Surcharge": _PART,
        "order.ShippingAddress": _UNUSED,
        "order.BillingAddress": _UNUSED,
        "order.CommunicationEvent": _UNUSED,
        "order.PaymentEvent": _UNUSED,
        "order.PaymentEventQuantity": _UNUSED,
        "order.ShippingEvent": _UNUSED,
        "order.ShippingEventQuantity": _UNUSED,
        "payment.Source": _UNUSED,
        "payment.Transaction": _UNUSED,
        "wishlists.Line": _UNUSED,
        "partner.Partner_users": "who of staff may see a partner; the shop is its only one",
        "partner.PartnerAddress": "our own address",
        "offer.RangeProductFileUpload": "who of staff uploaded a list of products",
        "checkout.VoucherRule": "what a voucher is good for",
    },
    mentions=((OrderNote, ("message",)),),
    words=_words,
    hold=_hold_carts,
)  # fmt: skip
