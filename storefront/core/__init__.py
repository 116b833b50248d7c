"""Ground floor: money, time, states, jobs. Imports nothing of the shop.

A job can be run sooner from the page Jobs: its next time is set to now, unless it is running, so that it never runs
beside itself. How the shop does is told by one list of checks (``HEALTH_CHECKS``, ``core/doctor.py``; each room has its
own ``health.py``) to the page Health, ``manage.py doctor`` and ``/readyz/``. Figures for Prometheus are made the same
way (``METRICS``, each room's ``metrics.py``). Log lines hold the numbers of what they are about:
``bound_contextvars`` around a request (``core/request_id.py``), a job, a message, a webhook, an attempt with its
invoice and order.

Each job belongs to a thread of the worker: money, messages and notices of portals, messages of strangers, mail,
polls, slow work, maintenance. What hangs in one holds up no other. Nothing ends a thread but the order to stop: while
the database is away it tries again in growing gaps, up to five seconds (``core/worker_threads.py``). A message that
cannot prove where it comes from when it arrives waits apart, has a bounded number of places per sender, and takes
turns with those of other senders.

A web process that loses its database answers 503 with the bare page, and asks once a second whether it is back
(``core/outage.py``). A cache that is away has nothing and keeps nothing, and limits are then counted by each process
for itself (``core/caching.py``, ``core/throttle.py``).

Once a day the worker deletes what is no longer needed (``retention.py`` in most rooms): sessions that are over, a
visitor's cart 60 days after its last change (a customer's after a year; an ordered one belongs to its order), merged
carts after 60 days, sent, withheld or given-up messages of the outbox, and what was heard of addresses, after
``MAIL_KEEP_DAYS`` (mails with log-in links and messages to portals after 30 days), handled messages of the inbox
after ``WEBHOOK_KEEP_DAYS``. Links that open an account are signed and stored nowhere; a portal's tokens are forgotten
when it removes the app.
"""
