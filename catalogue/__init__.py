"""Oscar's catalogue, forked for its code only: tables and migrations stay Oscar's."""
