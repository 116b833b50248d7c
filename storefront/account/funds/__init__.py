"""The customer's personal account: funds are added, payments and expenses listed."""
