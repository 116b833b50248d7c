"""Files that people send us: what is taken in, and how. Nothing here is ever run or rendered by us."""
