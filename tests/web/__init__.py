"""Pages, addresses and personas, on a small district."""
