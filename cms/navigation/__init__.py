"""What surrounds the pages: menu, footer, notices, the words of the page that is missing, and what is searched."""
