"""The blocks that pages, menus and footers are built of. Each says in the editor what it is for and shows an example.

Nothing is imported here: the blocks of articles lie below the pages that the blocks of other pages show.
"""
