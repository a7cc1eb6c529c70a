"""Reports of runs: ``build`` makes one value, which ``formats`` shows as page, text and JSON."""
