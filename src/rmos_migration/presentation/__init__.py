"""What reports, pages and the API show alike: the values, their words, drawings and templates."""
