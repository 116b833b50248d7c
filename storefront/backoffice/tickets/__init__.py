"""Tickets: queues, one ticket with all that was written and noted, acts on it, figures of satisfaction."""
