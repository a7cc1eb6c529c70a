"""Pages of the documentation that are made from the code, each by the lines of its text."""
