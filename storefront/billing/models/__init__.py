from .auto_top_ups import AutoTopUp, AutoTopUpCharge
from .disputes import Dispute
from .exchange_rates import ExchangeRate, RateSource
from .invoices import FreeOrder, FreeOrderCause, Invoice, InvoiceLine, InvoiceSequence, Seller
from .ledger import Allocation, LedgerAccount, LedgerEntry, LedgerTransaction, LineShare
from .methods import Drawing, PaymentMethod
from .part_payments import PartPayment
from .payers import Payer
from .payments import GIVEN_UP, UNDER_WAY, Payment, PaymentAttempt, ProviderAnswer
from .reconciliation import ProviderMovement, ReconciledDay
from .refund_requests import EarlyStart, RefundReason, RefundRequest, RefundRequestLine
from .refunds import Refund, RefundedUnit, RefundPayout
from .reviews import ReviewItem
from .saved_methods import Mandate, MethodSetup, SavedMethod
from .taxes import LocationEvidence, ProvisionalSale, TaxRate, VatCheck

__all__ = [
    "GIVEN_UP",
    "UNDER_WAY",
    "Allocation",
    "AutoTopUp",
    "AutoTopUpCharge",
    "Dispute",
    "Drawing",
    "EarlyStart",
    "ExchangeRate",
    "FreeOrder",
    "FreeOrderCause",
    "Invoice",
    "InvoiceLine",
    "InvoiceSequence",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "LineShare",
    "LocationEvidence",
    "Mandate",
    "MethodSetup",
    "PartPayment",
    "Payer",
    "Payment",
    "PaymentAttempt",
    "PaymentMethod",
    "ProviderAnswer",
    "ProviderMovement",
    "ProvisionalSale",
    "RateSource",
    "ReconciledDay",
    "Refund",
    "RefundPayout",
    "RefundReason",
    "RefundRequest",
    "RefundRequestLine",
    "RefundedUnit",
    "ReviewItem",
    "SavedMethod",
    "Seller",
    "TaxRate",
    "VatCheck",
]
