# Borealis. `make start` runs a database, `make test` proves it; both do all set-up by themselves.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: help start check test bench lint golden compatibility oracle sim clean

help:
	@echo "make start   set up and start a database (ARGS='--port 5433' passes flags on)"
	@echo "make test    set up and run every check and test"
	@echo "make check   the fast loop: format, lint, types, layers, fast tests"
	@echo "make bench   benchmarks beside a PostgreSQL on this machine"
	@echo "make golden  rewrite the golden scripts; then read the diff"
	@echo "make compatibility  write docs/compatibility.md anew from the conformance cases"
	@echo "make oracle  record the answers of a real PostgreSQL 16 anew"
	@echo "make sim SEED=7  one seed of the commit path's simulation"

# A virtual environment with the package; $(VENV)/test has the test and dev extras too. pip compiles what it copies, not what
# is editable: without its bytecode a start takes twice as long.
$(VENV)/run: pyproject.toml
	@tools/venv $(PYTHON) $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/test: pyproject.toml
	@tools/venv $(PYTHON) $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	@$(BIN)/python -m compileall -q src
	@touch $(VENV)/run $@

$(VENV)/clients: $(VENV)/test
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[clients]'
	@touch $@

start: $(VENV)/run
	@exec $(BIN)/borealis start $(ARGS)

lint: $(VENV)/test
	$(BIN)/ruff format --check src tests tools benchmarks
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint
	$(BIN)/pytest -q -n 2 -m "not slow" --ignore tests/clients --ignore tests/crash

test: lint $(VENV)/clients
	@tools/debian-packages postgresql
	@tools/node-packages tests/clients/node
	$(BIN)/pytest -q -n 2 --ignore tests/crash
	$(BIN)/pytest -q tests/crash

bench: $(VENV)/test
	$(BIN)/python -m benchmarks $(ARGS)

golden: $(VENV)/test
	UPDATE_GOLDEN=1 $(BIN)/pytest -q tests/scripts tests/conformance
	git diff --stat tests/scripts tests/conformance

compatibility: $(VENV)/test
	@$(BIN)/python -m tools.write_compatibility

oracle: $(VENV)/test
	@set -e; for what in types functions executor session copy wire wire_refusals; do echo $$what; $(BIN)/python tools/record_$$what.py; done
	$(BIN)/python tools/record_settings.py > tests/unit/settings_recorded.jsonl
	$(BIN)/python -m tools.record_tpch

sim: $(VENV)/test
	SEED=$(SEED) $(BIN)/pytest -q tests/simulation

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
