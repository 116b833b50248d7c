"""Ground floor: money, time, states, jobs. Imports nothing of the shop."""
