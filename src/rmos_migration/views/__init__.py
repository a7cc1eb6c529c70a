"""What the screens and the API's answers say: one value each, which the API writes as JSON and a page as a template."""
