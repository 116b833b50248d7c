"""Ground for all tests."""
