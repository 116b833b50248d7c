"""What the installed ``stripe`` package says of Stripe's API, as a judge: parameters by its typed dictionaries, answers
by its annotated classes. An upgrade of the package moves the judge, so that whatever no longer fits is named."""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import stripe
import stripe.params
import stripe.params.checkout

#: what every method has; beside these stand the details of its own kind
_METHOD = "id object allow_redisplay billing_details created customer customer_account livemode metadata type".split()
#: what is in an answer only when it was asked for, or in answers about something deleted
SOMETIMES = {
    "charge": {"refunds"},
    "checkout.session": {"line_items"},
    "customer": {
        "cash_balance", "deleted", "invoice_credit_balance", "phone", "sources", "subscriptions", "tax", "tax_ids",
    },
    "event": {"account", "context"},
    "item": {"discounts", "taxes"},
    "payment_method": {each for each in stripe.PaymentMethod.__annotations__ if each not in _METHOD},
    "price": {"currency_options", "deleted", "tiers"},
    "webhook_endpoint": {"deleted", "secret"},
}  # fmt: skip
#: forward references that are no names of the package
NAMES = {"CardResource": "Card", "DisputeResource": "Dispute"}


@dataclass(frozen=True)
class Call:
    """One call of the API: its parameters and what it answers. A list answers with ``answer`` in its ``data``."""

    method: str
    path: str
    params: Any
    answer: Any
    is_list: bool = False


_ONE = r"/\w+"
CALLS = [
    Call("POST", "/v1/checkout/sessions", stripe.params.checkout.SessionCreateParams, stripe.checkout.Session),
    Call("GET", "/v1/checkout/sessions", stripe.params.checkout.SessionListParams, stripe.checkout.Session, True),
    Call("GET", "/v1/checkout/sessions" + _ONE, stripe.params.checkout.SessionRetrieveParams, stripe.checkout.Session),
    Call(
        "POST",
        "/v1/checkout/sessions" + _ONE + "/expire",
        stripe.params.checkout.SessionExpireParams,
        stripe.checkout.Session,
    ),
    Call("POST", "/v1/payment_intents", stripe.params.PaymentIntentCreateParams, stripe.PaymentIntent),
    Call("GET", "/v1/payment_intents", stripe.params.PaymentIntentListParams, stripe.PaymentIntent, True),
    Call("GET", "/v1/payment_intents" + _ONE, stripe.params.PaymentIntentRetrieveParams, stripe.PaymentIntent),
    Call(
        "POST", "/v1/payment_intents" + _ONE + "/cancel", stripe.params.PaymentIntentCancelParams, stripe.PaymentIntent
    ),
    Call("GET", "/v1/charges", stripe.params.ChargeListParams, stripe.Charge, True),
    Call("GET", "/v1/charges" + _ONE, stripe.params.ChargeRetrieveParams, stripe.Charge),
    Call("POST", "/v1/refunds", stripe.params.RefundCreateParams, stripe.Refund),
    Call("GET", "/v1/refunds", stripe.params.RefundListParams, stripe.Refund, True),
    Call("GET", "/v1/refunds" + _ONE, stripe.params.RefundRetrieveParams, stripe.Refund),
    Call(
        "GET", "/v1/balance_transactions", stripe.params.BalanceTransactionListParams, stripe.BalanceTransaction, True
    ),
    Call("GET", "/v1/disputes", stripe.params.DisputeListParams, stripe.Dispute, True),
    Call("GET", "/v1/disputes" + _ONE, stripe.params.DisputeRetrieveParams, stripe.Dispute),
    Call("GET", "/v1/events", stripe.params.EventListParams, stripe.Event, True),
    Call("GET", "/v1/events" + _ONE, stripe.params.EventRetrieveParams, stripe.Event),
    Call(
        "GET",
        "/v1/checkout/sessions" + _ONE + "/line_items",
        stripe.params.checkout.SessionListLineItemsParams,
        stripe.LineItem,
        True,
    ),
    Call(
        "GET",
        "/v1/balance_transactions" + _ONE,
        stripe.params.BalanceTransactionRetrieveParams,
        stripe.BalanceTransaction,
    ),
    Call("GET", "/v1/webhook_endpoints", stripe.params.WebhookEndpointListParams, stripe.WebhookEndpoint, True),
    Call("POST", "/v1/customers", stripe.params.CustomerCreateParams, stripe.Customer),
    Call("GET", "/v1/customers", stripe.params.CustomerListParams, stripe.Customer, True),
    Call("GET", "/v1/customers/search", stripe.params.CustomerSearchParams, stripe.Customer, True),
    Call("GET", "/v1/customers" + _ONE, stripe.params.CustomerRetrieveParams, stripe.Customer),
    Call("POST", "/v1/customers" + _ONE, stripe.params.CustomerUpdateParams, stripe.Customer),
    Call("GET", "/v1/payment_methods", stripe.params.PaymentMethodListParams, stripe.PaymentMethod, True),
    Call("GET", "/v1/payment_methods" + _ONE, stripe.params.PaymentMethodRetrieveParams, stripe.PaymentMethod),
    Call(
        "POST", "/v1/payment_methods" + _ONE + "/detach", stripe.params.PaymentMethodDetachParams, stripe.PaymentMethod
    ),
    Call("GET", "/v1/setup_intents", stripe.params.SetupIntentListParams, stripe.SetupIntent, True),
    Call("GET", "/v1/setup_intents" + _ONE, stripe.params.SetupIntentRetrieveParams, stripe.SetupIntent),
    Call("POST", "/v1/setup_intents" + _ONE + "/cancel", stripe.params.SetupIntentCancelParams, stripe.SetupIntent),
]


def call(method: str, path: str) -> Call:
    """The one call of that method and path. Raises LookupError if it is none we know of: add it to ``CALLS``."""
    for each in CALLS:
        if each.method == method and re.fullmatch(each.path, path):
            return each
    raise LookupError(f"{method} {path}")


# Parameters


def request_faults(request: dict[str, Any]) -> list[str]:
    """What the package does not know of in one request, as the stand-in recorded it."""
    if request["path"].startswith("/v1/"):
        known = call(request["method"], request["path"])
        sent = tree(request["body"] if request["method"] == "POST" else request["query"])
        return [f"{known.method} {known.path}: {fault}" for fault in parameter_faults(sent, known.params, "")]
    return []


def tree(encoded: str) -> dict[str, Any]:
    """Form fields as the nested objects they stand for; lists keep their numbers as keys."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        node, *path = re.findall(r"[^\[\]]+", name)
        within = found
        for part in path:
            within = within.setdefault(node, {})
            node = part
        within[node] = value
    return found


def parameter_faults(value: Any, kind: Any, at: str) -> Iterator[str]:
    """``value`` as it is sent, text at its leaves, against one annotation of a typed dictionary."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        members = [list(parameter_faults(value, each, at)) for each in _closed(arguments)]
        yield from min(members, key=len)
    elif hasattr(kind, "__required_keys__"):
        yield from _dictionary_faults(value, kind, at)
    elif origin is list:
        if not isinstance(value, dict) or list(value) != [str(number) for number in range(len(value))]:
            yield f"{at} is no list"
            return
        for number, item in value.items():
            yield from parameter_faults(item, arguments[0], f"{at}[{number}]")
    elif origin is dict:
        if not isinstance(value, dict):
            yield f"{at} is no object"
    elif not isinstance(value, str) or not _is_written(value, kind):
        yield f"{at}={value!r} is no {kind}"


def _is_written(text: str, kind: Any) -> bool:
    """Whether a leaf can stand for that type."""
    if typing.get_origin(kind) is typing.Literal:
        return text in typing.get_args(kind)
    patterns = {int: r"-?[0-9]+", bool: "true|false", Decimal: r"-?[0-9]+(\.[0-9]+)?", str: r"(?s).+"}
    return bool(re.fullmatch(patterns[kind], text))


def _dictionary_faults(value: Any, kind: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is no object"
        return
    options = _OPTIONS if not at else frozenset()  # of the package itself; they stand among them and are never sent
    fields = {name: _resolved(each, kind) for name, each in kind.__annotations__.items() if name not in options}
    for name, item in value.items():
        full = f"{at}[{name}]" if at else name
        if name in fields:
            yield from parameter_faults(item, fields[name][0], full)
        else:
            yield f"{full} is unknown"
    for name, (_kind, is_required) in fields.items():
        if is_required and name not in value:
            yield f"{at}[{name}] is missing"


def _resolved(annotation: Any, owner: Any) -> tuple[Any, bool]:
    """(type, whether it is required) of a field; names are looked up in the module that declares it."""
    if isinstance(annotation, typing.ForwardRef):
        return _resolved(eval(annotation.__forward_arg__, vars(sys.modules[owner.__module__])), owner)
    if str(typing.get_origin(annotation)).endswith("NotRequired"):
        return _resolved(typing.get_args(annotation)[0], owner)[0], False
    arguments = typing.get_args(annotation)
    if any(isinstance(each, typing.ForwardRef) for each in arguments):
        annotation = typing.get_origin(annotation)[tuple(_resolved(each, owner)[0] for each in arguments)]
    return annotation, True


_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)


# Answers


def answer_faults(value: Any, kind: Any, at: str = "") -> Iterator[str]:
    """``value`` as it came (decoded JSON) against one annotation of the package's classes."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return
    if origin in (typing.Union, types.UnionType):
        possible = [each for each in _closed(arguments) if value is None or each is not type(None)]
        yield from min((list(answer_faults(value, each, at)) for each in possible), key=len)
    elif origin is typing.Literal:
        if value not in arguments:
            yield f"{at}={value!r} is none of {arguments}"
    elif origin is list:
        yield from _many(value, arguments[0], at)
    elif origin is stripe.ListObject:
        yield from _many(value["data"], arguments[0], f"{at}.data")
    elif getattr(origin, "__name__", "") == "UntypedStripeObject":
        if not isinstance(value, dict):
            yield f"{at}={value!r} is no object"
    elif isinstance(kind, typing.ForwardRef):
        named = getattr(stripe, NAMES.get(kind.__forward_arg__, kind.__forward_arg__), None)
        yield from answer_faults(value, named, at) if named else [f"{at}={value!r} is no {kind.__forward_arg__}"]
    elif isinstance(kind, type) and issubclass(kind, stripe.StripeObject):
        yield from _object_faults(value, kind, at)
    elif not _is_read(value, kind):
        yield f"{at}={value!r} is no {kind}"


def _is_read(value: Any, kind: Any) -> bool:
    if kind is Decimal:
        return isinstance(value, (str, Decimal))
    return type(value) is kind or (kind is float and type(value) is int)


def _many(value: Any, kind: Any, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at}={value!r} is no list"
        return
    for number, item in enumerate(value):
        yield from answer_faults(item, kind, f"{at}[{number}]")


def _object_faults(value: Any, kind: Any, at: str) -> Iterator[str]:
    """An object with a name of its own has every field, empty ones as null; parts of one may leave those out."""
    if not isinstance(value, dict):
        yield f"{at}={value!r} is no {kind.__name__}"
        return
    name = getattr(kind, "OBJECT_NAME", "")
    fields = {each: kind.__annotations__[each] for each in kind.__annotations__ if each != "OBJECT_NAME"}
    for each, item in value.items():
        if each in fields:
            yield from answer_faults(item, fields[each], f"{at}.{each}")
        else:
            yield f"{at}.{each} is unknown to {kind.__name__}"
    for each, annotation in fields.items():
        may_miss = each in SOMETIMES.get(name, ()) if name else type(None) in typing.get_args(annotation)
        if each not in value and not may_miss:
            yield f"{at}.{each} is missing in {kind.__name__}"


def _closed(members: tuple[Any, ...]) -> list[Any]:
    """The members of a union. Stripe leaves its lists of words open for words to come; here they are closed."""
    words = [each for each in members if typing.get_origin(each) is typing.Literal]
    return [each for each in members if not (words and each is str)]
