# `make run` loads the samples, or the folder that SEEDS names; `make test` runs every test. Both set up what they need.

PYTHON ?= python3
VENV ?= .venv
SEEDS ?= samples/seeds
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := flows connectors warehouse transforms tests benchmarks

.PHONY: run test check lint format lock clean

run: $(READY)
	@# Exit code 1 says that something was rejected; the samples hold a broken file to show it.
	@$(BIN)/dateline ingest "$(SEEDS)" || test $$? -eq 1
	@echo
	@$(BIN)/dateline export export

test: lint
	$(BIN)/pytest --numprocesses auto

# The same without the slow tests, for every commit.
check: lint
	$(BIN)/pytest --numprocesses auto -m "not slow"

lint: $(READY)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix-only $(CODE)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dateline needs Python 3.11 or later")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The lock holds exact versions and nothing else; it is made anew in a fresh environment.
lock:
	rm -rf $(VENV).lock
	$(PYTHON) -m venv $(VENV).lock
	$(VENV).lock/bin/pip install --quiet --disable-pip-version-check "setuptools>=77" ".[dev]"
	{ echo "# Exact versions of everything that Dateline runs and is tested with; made by \`make lock\`."; \
	  $(VENV).lock/bin/pip freeze --all --exclude dateline --exclude pip; } > requirements.lock
	rm -rf $(VENV).lock

clean:
	rm -rf $(VENV) export dateline.duckdb dateline.duckdb.wal dateline.archive
