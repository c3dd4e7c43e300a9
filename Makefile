# Two commands set everything up on a machine with Python and make:
#   make render ENV=summit    renders one environment (all of them without ENV)
#   make test                 runs linters, type checks and tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EFDGEN := $(BIN)/efdgen
ENV ?=
PYTEST_OPTIONS ?= -q -n auto

.PHONY: help render check validate list test unit lint types bench clean

help:  ## Show this help
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

render: $(VENV)/.runtime  ## Render ENV, or every environment
	@$(EFDGEN) render $(ENV)

check: $(VENV)/.runtime  ## Say whether rendered/ is up to date
	@$(EFDGEN) check $(ENV)

validate: $(VENV)/.runtime  ## Check specs and app definitions
	@$(EFDGEN) validate $(ENV)

list: $(VENV)/.runtime  ## Show environments, apps, versions and hosts
	@$(EFDGEN) list $(ENV)

test: lint types unit check  ## Everything that CI runs

unit: $(VENV)/.dev  ## Run the tests
	$(BIN)/pytest $(PYTEST_OPTIONS)

lint: $(VENV)/.dev  ## Run the linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## Run the type checker
	$(BIN)/mypy

bench: $(VENV)/.dev  ## Measure: ratios from one run
	$(BIN)/python bench/bench.py

clean:  ## Remove what make made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.runtime: pyproject.toml
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "efdgen needs Python 3.10 or later: make PYTHON=python3.12 ...")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.runtime
	@echo "Setting up $(VENV) for development (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
