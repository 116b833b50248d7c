"""Sums of trade, each by one formula: pages and exports that show the same sum ask the same function.

Money is what the ledger has booked; nothing here adds up currencies.
"""
