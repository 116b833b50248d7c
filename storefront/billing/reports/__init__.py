"""Sums of trade, each by one formula: pages and exports that show the same sum ask the same function.

Money is what the ledger has booked; nothing here adds up currencies. Income is what was booked as sold less what went
back, on the day of the booking in the shop's time zone (``income.split`` by any of ``dimensions``). The database adds
up whole invoices, a part is shared among the lines as ``LineShare`` has it, and what lines do not explain stands apart:
the parts of any split add up to the ledger. ``bookings`` are the rows behind it; ``unpaid`` and ``lifetime`` are
of now.
"""
