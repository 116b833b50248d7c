"""Health checks of what the shop stands on: database, cache, disk, clock, worker, versions."""
