# Everything starts here: `make run`, `make dev`, `make test`, `make check`.
# The steps themselves are Python (`flask prepare`, deploy/); this file only names them.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first Python that is new enough, runs, and can make a virtual environment. Shims of version managers may be
# on PATH and answer with an error, hence the trial.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python3.14 python /usr/local/bin/python3 \
	/usr/bin/python3; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$python"; break; }; done)

VENV := .venv/bin
FLASK := $(VENV)/python -m flask --app app

.PHONY: help run dev test stress check lock environment environment-dev

help:
	@echo "make run     the site as visitors get it, on http://127.0.0.1:5000/ (PORT=... for another port)"
	@echo "make dev     the same for developers: reloading, debug toolbar, page cache off"
	@echo "make test    the checks, then all tests"
	@echo "make stress  the long forms of the tests that get surer with time: minutes, not seconds"
	@echo "make check   style, types, import rules, migrations, catalogues"
	@echo "make lock    write the lock files again from requirements*.in"

environment environment-dev:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer (with venv) is needed and was not found on PATH."; exit 1; }
	@"$(PYTHON)" deploy/environment.py $(if $(findstring dev,$@),dev,runtime)

run: environment
	@$(FLASK) serve

dev: environment-dev
	@APP_ENV=development $(FLASK) prepare --demo
	@APP_ENV=development $(FLASK) run --debug --host "$${HOST:-127.0.0.1}" --port "$${PORT:-5000}"

# Two workers, for two cores; `make test PYTEST=...` passes other options on. The last line is pytest's own.
PYTEST ?= -n 2 --cov --cov-report=term:skip-covered

test: check
	@$(VENV)/python -m pytest $(PYTEST)

# One process, so that what is measured is not one test disturbing the other; figures are printed as they come.
stress: environment-dev
	@STRESS=1 $(VENV)/python -m pytest -m stress -s $(STRESS_TESTS)

# Drift of the schema and of the catalogues is looked for in an instance of its own.
check: environment-dev
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check --quiet .
	@$(VENV)/mypy
	@$(VENV)/lint-imports
	@$(VENV)/python tests/script_syntax.py
	@instance=$$(mktemp -d) && trap 'rm -rf "$$instance"' EXIT && export INSTANCE_PATH="$$instance" APP_ENV=testing \
	&& unset DATABASE_URL REDIS_URL && $(FLASK) prepare && $(FLASK) db check && $(FLASK) translations check

# Asks the package index; what is locked already stays unless a requirement says otherwise.
lock: environment-dev
	@$(VENV)/python deploy/lock.py
