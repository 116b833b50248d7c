"""'Bank statements' in the back office: files imported, their lines decided, how CSV files are read."""
