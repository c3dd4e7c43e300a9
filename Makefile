# Two commands set everything up on a machine with Python and make:
#   make render ENV=summit    renders one environment (all of them without ENV)
#   make test                 runs linters, type checks and tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EFDGEN := $(BIN)/efdgen
ENV ?=
PYTEST_OPTIONS ?= -q -n auto --dist worksteal

# efdgen starts many times in a test: compiled once, it starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help render check validate list site test unit lint types e2e pythons lock schemas test-lowest test-newest bench clean

help:  ## Show this help
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

render: $(VENV)/.runtime  ## Render ENV, or every environment
	@$(EFDGEN) render $(ENV)

check: $(VENV)/.runtime  ## Say whether rendered/ is up to date
	@$(EFDGEN) check $(CHECK_OPTIONS) $(ENV)

validate: $(VENV)/.runtime  ## Check specs and app definitions
	@$(EFDGEN) validate $(ENV)

list: $(VENV)/.runtime  ## Show environments, apps, versions and hosts
	@$(EFDGEN) list $(ENV)

site: $(VENV)/.runtime  ## Make the static site, in public/
	@$(EFDGEN) site --output public

# Whatever earlier runs found: docs/cache.md.
test: CHECK_OPTIONS = --no-cache --templates
test: lint types unit check  ## Everything that CI runs

unit: $(VENV)/.dev $(VENV)/.pythons  ## Run the tests
	$(BIN)/pytest $(PYTEST_OPTIONS)

lint: $(VENV)/.dev  ## Run the linters
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/zizmor --quiet --offline --pedantic action.yml .github/workflows

types: $(VENV)/.dev  ## Run the type checker
	$(BIN)/mypy

# One process, in the order of the file, with a line for each thing that is done in the cluster. docs/e2e.md.
e2e: $(VENV)/.dev  ## Deploy the summit with a real Argo CD, to a cluster on this machine
	EFDGEN_E2E=1 $(BIN)/pytest tests/e2e -m e2e -n 0 -p no:randomly --log-cli-level=INFO

# The whole text of a lock follows from pyproject.toml and the package index alone: no name of an index or a machine.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --annotation-style line \
  --custom-compile-command 'make lock' $(LOCK_OPTIONS)
LOCK_OPTIONS ?= --upgrade

lock: $(VENV)/.lock  ## Renew requirements/, the versions that make installs
	$(LOCK) --group lock --output-file requirements/uv.txt
	$(LOCK) pyproject.toml --extra dev --group build --output-file requirements/development.txt
	$(LOCK) pyproject.toml --extra site --group build --constraint requirements/development.txt --output-file requirements/runtime.txt

schemas: $(VENV)/.runtime  ## Make the schemas of Kubernetes' former versions anew
	$(BIN)/python generator/kubernetes_schemas.py

test-lowest: RESOLUTION := lowest-direct
test-lowest:  ## Run the tests with the lowest versions that pyproject.toml admits
test-newest: RESOLUTION := highest
test-newest:  ## Run the tests with the newest versions that pyproject.toml admits
test-lowest test-newest: OTHER = .venv-$(@:test-%=%)
test-lowest test-newest: $(VENV)/.lock
	$(PYTHON) -m venv --clear $(OTHER)
	$(BIN)/uv pip install --quiet --python $(OTHER) --resolution $(RESOLUTION) --editable '.[dev]' --group build
	$(BIN)/uv pip list --python $(OTHER)
	$(OTHER)/bin/pytest $(PYTEST_OPTIONS)
	$(OTHER)/bin/efdgen check

bench: $(VENV)/.dev  ## Measure: ratios from one run
	$(BIN)/python bench/bench.py

clean:  ## Remove what make made
	rm -rf $(VENV) .venv-lowest .venv-newest public build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What is installed stands in requirements/, with a hash of each file: nothing else gets in.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
SELF = --no-deps --no-build-isolation --editable .

$(VENV)/.runtime: pyproject.toml requirements/runtime.txt
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "efdgen needs Python 3.10 or later: make PYTHON=python3.12 ...")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) --require-hashes --requirement requirements/runtime.txt
	@$(INSTALL) $(SELF)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/development.txt
	@echo "Setting up $(VENV) for development (once) ..."
	@$(INSTALL) --require-hashes --requirement requirements/development.txt
	@touch $@

# The other versions of Python on this machine, for the tests that compare them; make pythons looks for them again.
$(VENV)/.pythons: $(VENV)/.dev requirements/runtime.txt
	@$(BIN)/python tests/support/pythons.py requirements/runtime.txt
	@touch $@

pythons:
	@rm -f $(VENV)/.pythons
	@$(MAKE) --no-print-directory $(VENV)/.pythons

$(VENV)/.lock: $(VENV)/.runtime requirements/uv.txt
	@$(INSTALL) --require-hashes --requirement requirements/uv.txt
	@touch $@
