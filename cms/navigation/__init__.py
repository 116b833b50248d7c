"""What surrounds the pages: menu, footer, notices, the text of the missing page."""
