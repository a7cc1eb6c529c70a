# The verbs of this project. Each sets up what it needs: a virtual environment in .venv with pinned packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOWEST := build/lowest
# What depends on the libraries most: canonical form, reader, settings, terminal, locks, database, server, reports.
CORE := $(addprefix tests/,$(addsuffix .py,\
	$(addprefix unit/test_,atomic content decode json_text lowest_versions native report_layout) \
	$(addprefix integration/test_,api_problems backup_command cli lock report_command schema second_run serve_security \
	settings_precedence signals terminal)))

LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

# The time that stands in every file of a package: that of the last commit, or, without git, the builder's own (2020).
BUILT_AT = $(shell git log -1 --format=%ct 2>/dev/null || echo 1580601600)

# The tests start thousands of processes: without bytecode on the disk each would compile the whole source anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup browser proxies demo serve test lowest lint measure bench fault pipeline docs pictures package lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

setup: $(STAMP) ## make .venv with everything in it

browser: ## install Chromium for the browser tests, if there is no browser
	tools/install_browser.sh

proxies: ## unpack nginx and Caddy for the tests of deploy/, if they are not there
	tools/install_proxies.sh

demo: $(STAMP) ## migrate the example workshop and show what came of it
	$(BIN)/rmos migrate examples/rmos_legacy --database demo.db --report demo-reports
	@echo
	$(BIN)/rmos verify examples/rmos_legacy --database demo.db
	@echo
	@echo "The database is demo.db; the page in demo-reports shows what is in it. What to try next:"
	@echo "  $(BIN)/rmos status --database demo.db"
	@echo "  $(BIN)/rmos audit --database demo.db"
	@echo "  $(BIN)/rmos migrate examples/messy_legacy --database messy.db    a workshop with faults"
	@echo "  $(BIN)/rmos rejects --database messy.db                          what was not loaded, and why"
	@echo "  $(BIN)/rmos migrate FOLDER --dry-run                             your own files, nothing is written"

serve: demo ## the same in a browser, on http://127.0.0.1:8000
	$(BIN)/rmos serve --source examples/rmos_legacy --database demo.db

test: $(STAMP) ## run all tests, on every core
	$(BIN)/python -m pytest -n auto --dist loadfile --max-worker-restart 0

$(LOWEST)/.installed: requirements/lowest.txt pyproject.toml
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lowest.txt
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lowest: $(LOWEST)/.installed ## run the core of the tests with the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest -n auto --dist loadfile --max-worker-restart 0 -p no:cacheprovider $(CORE)

lint: $(STAMP) ## check style, types and generated documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/make_docs.py --check

measure: $(STAMP) ## show how the source reads, and how fast commands start
	$(BIN)/python tools/measure_house.py --start

bench: $(STAMP) ## measure speed and memory against other ways of loading
	$(BIN)/python -m bench

fault: $(STAMP) ## break the program in every way the campaign knows, and print a table of what came of it
	RMOS_CAMPAIGNS=1 $(BIN)/python -m pytest tests/fault -q -n auto --dist loadfile --max-worker-restart 0
	RMOS_CAMPAIGNS=1 $(BIN)/python -m pytest tests/property -q -n auto --dist loadfile --max-worker-restart 0

pipeline: $(STAMP) ## migrate sample data and check all of it, as the workflow does
	$(BIN)/python -m tools.pipeline all

pipeline-%: $(STAMP)
	$(BIN)/python -m tools.pipeline $*

docs: $(STAMP) ## write the pages that are made from the code, and the site in build/site
	$(BIN)/python tools/make_docs.py
	$(BIN)/sphinx-build -W --keep-going --quiet -b html docs build/site
	@echo "The site is build/site/index.html."

pictures: $(STAMP) ## take the pictures of the documentation from the real pages (needs Chromium)
	$(BIN)/python tools/make_pictures.py

package: $(STAMP) ## build the wheel and the source archive in dist/, and try them out
	SOURCE_DATE_EPOCH=$(BUILT_AT) $(BIN)/uv build --quiet --offline --no-build-isolation --python $(BIN)/python --clear --out-dir dist .
	$(BIN)/python tools/check_package.py dist

lock: $(STAMP) ## pin the dependencies anew, for every system, with hashes
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) --extra dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --group build --constraints requirements/dev.txt -o requirements/build.txt
	$(LOCK) --extra dev --resolution lowest-direct pyproject.toml -o requirements/lowest.txt

clean: ## remove what was made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis demo.db* messy.db* demo-reports
