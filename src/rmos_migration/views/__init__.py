"""What screens and answers say: one value each, which the API writes as JSON and a page with a template."""
