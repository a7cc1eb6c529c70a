"""Reports of runs: ``build`` makes one value, ``as_json``, ``as_text`` and ``as_html`` are views of it."""
