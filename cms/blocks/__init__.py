"""What pages are built of. Every block says in the editor what it is for and shows an example of itself."""

from cms.blocks.content import HomeContent, ProductContent, TextContent

__all__ = ["HomeContent", "ProductContent", "TextContent"]
