"""What search engines and other programs are told: the head of a page, structured data, sitemap, robots.txt."""
