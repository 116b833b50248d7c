"""The customer's tickets in the account: list, a new one, one ticket with its answers, files and rating."""
