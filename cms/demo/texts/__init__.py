"""Words of the demo, each in all its languages side by side, one paragraph to a line."""
