"""What search engines, feeds and other programs are told: the head of a page, structured data, the sitemap."""
