"""Bank transfers in the back office: what is awaited, what came, and what buyers sent to show that they have paid."""
