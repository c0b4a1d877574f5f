# Every way to use this project. Needs only make and Python 3.11 or newer (with venv); everything else is set up on demand.
# No recipe knows an absolute path, so the folder may be long and contain spaces.

PYTHON ?= python3
VENV := .venv/bin/python
PYTEST := $(VENV) -m pytest
DEVELOPMENT := $(PYTHON) -m supervisor.virtualenv requirements-dev.txt
# What the checks start Django with; tests set theirs in pytest_environment.py.
CHECK_ENV := DEBUG=true

.DEFAULT_GOAL := help
.PHONY: help up backup restore test lint types layers migrations e2e bench clean python

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z0-9-]+):.*## /\1|/' | \
		while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed. Name one like this: make up PYTHON=python3.11' >&2; exit 2; }

up: python ## set everything up and run it on this machine; stop with Ctrl-C
	@exec $(PYTHON) -m supervisor --stop-with-parent

backup: python ## write everything but .env into one file in var/backups (ARGS='--no-media' passes options on)
	@$(PYTHON) -m supervisor.virtualenv requirements.txt
	@$(VENV) manage.py backup $(ARGS)

restore: python ## put a backup in the place of what is here: make restore FILE=var/backups/... (stop `make up` first)
	@test -n "$(FILE)" || { echo 'Name the backup: make restore FILE=var/backups/whatsappcrm-....zip' >&2; exit 2; }
	@$(PYTHON) -m supervisor.virtualenv requirements.txt
	@$(VENV) manage.py restore "$(FILE)" $(ARGS)

test: python ## run all tests but those with a browser, on SQLite (ARGS='-k price' passes options on)
	@$(DEVELOPMENT)
	@$(PYTEST) -n 2 $(ARGS)

lint: python ## style, types, layers, and whether a migration is missing
	@$(DEVELOPMENT)
	@$(VENV) -m ruff check .
	@$(MAKE) --no-print-directory types layers
	@$(CHECK_ENV) $(VENV) manage.py makemigrations --check --dry-run

types:
	@$(CHECK_ENV) $(VENV) -m mypy common tenants operations products_and_services meta_integration integrations console sandbox whatsappcrm_backend supervisor

layers:
	@$(VENV) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

migrations: python
	@$(DEVELOPMENT)
	@$(CHECK_ENV) $(VENV) .ci/lint_migrations.py

e2e: python ## drive a real browser against a running project (needs Chromium)
	@$(DEVELOPMENT)
	@$(PYTEST) -m e2e e2e $(ARGS)

bench: python ## measure the promises about speed
	@$(DEVELOPMENT)
	@$(CHECK_ENV) $(VENV) -m benchmarks $(ARGS)

clean: ## remove what can be made again (keeps .env and var/)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
