"""The search box: what is found in the reader's language, however it was typed."""
