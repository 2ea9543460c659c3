# make demo    the tour on real input: prints its tables, writes build/demo/
# make test    everything CI runs
# make test-deep  2,400 new generated programs under every accepted plan; for a nightly run
# make check   ruff, mypy strict, pyright strict, import-linter
# make lab     JupyterLab on the examples
# make bench   the measured claims
# make clean   removes what these commands made
#
# A fresh machine needs bash, make, and CPython 3.11 or newer with venv; `make test` also the PostgreSQL server programs.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
OLDEST := .venv-oldest
PYTHON := $(VENV)/bin/python
DECIDES := pyproject.toml scripts/make_venv.sh scripts/find_python.sh
SOURCES := perfmagic tests examples benchmarks scripts

# A test that hangs ends the run with an error, after pytest has said where (faulthandler_timeout).
# Two workers suit two cores; the tests of interrupts dislike a crowd.
WORKERS ?= 2
LIMIT := timeout --kill-after=30 1800
PYTEST := -m pytest --numprocesses $(WORKERS) --dist loadscope --quiet
ISOLATED := env -u PYTHONPATH -u PYTHONHOME

.PHONY: help demo test test-oldest test-deep check lab bench clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(VENV)/.installed: constraints.txt $(DECIDES)
	@$(ISOLATED) scripts/make_venv.sh $(VENV) newest constraints.txt dev

$(OLDEST)/.installed: constraints-oldest.txt $(DECIDES)
	@$(ISOLATED) scripts/make_venv.sh $(OLDEST) oldest constraints-oldest.txt test

demo: $(VENV)/.installed
	@$(ISOLATED) $(PYTHON) scripts/demo.py examples/tour.ipynb build/demo

check: $(VENV)/.installed
	$(PYTHON) -m ruff check $(SOURCES)
	$(PYTHON) -m ruff format --check $(SOURCES)
	$(PYTHON) -m mypy
	$(PYTHON) -m pyright --pythonpath $(PYTHON)
	$(VENV)/bin/lint-imports --no-cache

# Last comes what closes with the count of all tests.
test: check test-oldest
	@scripts/need_postgres.sh
	$(ISOLATED) $(LIMIT) $(PYTHON) $(PYTEST)

test-oldest: $(OLDEST)/.installed
	$(ISOLATED) $(LIMIT) $(OLDEST)/bin/python $(PYTEST) -m "not postgres"

# Every run makes other programs; a failure prints the smallest program that shows it.
test-deep: $(VENV)/.installed
	$(ISOLATED) PERFMAGIC_TEST_DEEP=1 $(LIMIT) $(PYTHON) -m pytest --numprocesses $(WORKERS) --dist load --quiet tests/property

lab: $(VENV)/.installed
	$(VENV)/bin/jupyter lab examples

bench: $(VENV)/.installed
	@for each in benchmarks/*.py; do echo "== $$each"; $(ISOLATED) $(PYTHON) "$$each"; done

clean:
	rm -rf $(VENV) $(OLDEST) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
