"""Invoices, payments, ledger, refunds, disputes, reconciliation. The way of money: docs/architecture.md.

An invoice of zero (a voucher for everything, a gift) takes no provider: ``billing/services/free.py`` settles it in
the transaction that creates the order, with its cause in ``FreeOrder``, and everything after ``invoice_paid`` is the
same.

An attempt is a page at a provider, a ``Payment`` is money: a bank transfer is one without the other
(``services/payments.py::register``, then ``pay``), and may pay part of an invoice or several; allocations say which.
What pays only part of one is kept for it (``services/part_payments.py``), and the pay page asks for what is still due.
An invoice has a kind: the money of an advance payment stays on the personal account.

A refund is a row, too (``billing/services/refunds.py``), with the key ``refund-<id>``: written under the payment's
lock, at most what is left, then asked for outside any transaction, and followed by the worker; once the provider may
have forgotten the key it is only looked for, and where it cannot be seen its amount stays reserved until staff
decide. Refunds begun at the provider become rows as well. The ledger follows what the provider says is refunded
(``refund_booking.py``): its own invoice's sale first, then what was never spent, then the latest purchase. Staff
decide a refund by lines or by a sum (``refund_plans.py``: from which payments, which units); a unit's time ends once
its whole price has gone back, a sum ends only the licenses that are named. Above ``REFUND_APPROVAL_ABOVE`` it waits
for another person (``refund_approval.py``) and keeps its amount reserved.

A customer asks for a refund (``refund_requests.py``), which moves nothing; staff decide it by a refund as any other.
One by bank transfer or to the personal account (``Refund.way``, ``refund_other_ways.py``) asks no provider: it reserves
its amount as all do, waits until staff have paid it, and counts in ``amount_paid_out``. Money that goes back at the
provider meanwhile, or is disputed, stops it.

Each night what a provider says of a day (``Gateway.movements``: charges, refunds, disputes, fees, payouts) is kept as
rows and compared with the ledger (``reconcile_days.py``, ``day_differences.py``); staff see the days at
``/admin/money/days/``. What only the provider knows is booked from these rows (``movement_booking.py``): fees, payouts
to our bank, exchange into the balance's currency. So its account in the ledger is what it holds for us, but for the
listed differences and what was there before its first listed day.

A dispute is a row (``billing/services/disputes.py``) that follows the provider's last word alone: what is withdrawn
lies on an account of its own until the bank has decided, then it is lost like a refund or comes back; fees are booked
apart. Its licenses are suspended meanwhile; when it is lost, time that other payments paid for goes on without what
it had paid for (``licensing/services/reversals.py``).

Money that is late, twice or of the wrong amount goes to the personal account or to review, never away. Timeout and
5xx mean unknown, never failed. What waits for a person is at the money desk (``/admin/money/``). Locks are taken in
one order: customer, order, invoice, attempt, payment, license. Issued documents, consents and ledger entries are
frozen by database triggers (``core/db_triggers.py``, each app's list in its ``db_triggers.py``): a migration of such
a table wraps its operations in ``FROZEN_TABLES.remove_operation()`` and ``install_operation()``, and the tests look
at really migrated databases.

Every amount is a ``MoneyField`` (three places) beside its currency, rounded by ``core/money``. Which tax a sale bears
is decided in one place (``billing/tax``), once per order: Oscar's lines and the invoice's hold the same net and tax,
rounded for the document and split over its lines. An invoice's hash is checked by the version it was
issued with (``Invoice.hash_version``).

What a payment method's own set-up lacks (a right of the key, the endpoint) is told by its gateway (``diagnose``),
printed by ``manage.py payments doctor`` and put before staff by the worker once a day
(``billing/services/setup.py``); calls that are refused for it file it at once.
"""
