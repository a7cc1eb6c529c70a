"""How Sphinx makes the documentation site (decision 20): ``make docs``."""

from rmos_migration import __version__

project = "rmos-migration"
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["report.schema.json"]
html_theme = "furo"
html_title = f"rmos-migration {release}"
html_static_path = ["pictures"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 3
nitpicky = True
