"""On which segments of a chain an organisation stands, from its name, scope of business, products and patents."""
