"""The account as its customer sees it, read only. See docs/decisions.md, 'Staff see an account'."""
