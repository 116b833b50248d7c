"""A month for the accountant: its sums, its files, and the accounts that the files name."""
