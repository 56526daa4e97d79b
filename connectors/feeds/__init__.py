"""Feeds and sitemaps: pure readers of bytes that give entries, and links to fetch with what their source says of them."""
