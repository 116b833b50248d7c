"""What staff write down and what the back office keeps for itself. Each section has its own module here."""
