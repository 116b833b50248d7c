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

The worker deletes what is no longer needed (``retention.py`` in most rooms): ``settings.RETENTION`` is the table of
all rules, each of which is a job, and the page *How long data is kept* shows it. A visitor's cart lives as long as its
cookie, an ordered one belongs to its order. Links that open an account are signed and stored nowhere; a portal's
tokens are forgotten when it removes the app.
"""
