# Needs Python 3.11 and make; everything else goes into .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NEWEST := var/newest

.DEFAULT_GOAL := help
.PHONY: help setup run demo test unit bench bench-start bench-sweep chaos scale-test screens check lint types imports house docs notice migrate newest clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv with everything in it, the xinfang command included

$(STAMP): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

run: setup ## Start the whole stack with eight demonstration petitions at different stages; Ctrl-C stops it
	$(BIN)/xinfang up --demo

demo: setup ## Drive the eight demonstration petitions to their ends, print the table, stop
	XINFANG_HOME=var/demo $(BIN)/xinfang demo

test: unit ## Run every test: SQLite always, PostgreSQL and Chromium where they are there
	$(BIN)/python -m pytest -m "engine or browser"

unit: setup ## Run the tests below the engine, on every core
	$(BIN)/python -m pytest -n auto -m "not engine and not browser"

bench: setup ## Measure steps, waits, lifecycles and a spike on PostgreSQL (half an hour); writes trials/bench/results.json
	$(BIN)/python -m trials.bench

bench-start: setup ## Measure how soon list, show and decide are done, beside the bare import of sqlmodel
	$(BIN)/python -m trials.bench.starting

bench-sweep: setup ## Measure sweeps over 10,000 and 1,000,000 open clocks on both databases; prints a table and the query plans
	$(BIN)/python -m trials.bench.sweep

chaos: setup ## Kill, starve and confuse real stacks at every kill point; prints the table of faults with recovery times
	$(BIN)/python -m trials.faults

scale-test: setup ## The topology of deploy/compose.yaml as processes: 300 petitions, a worker and an API server killed on the way
	$(BIN)/python -m trials.faults.scale

screens: setup ## Take the pictures of docs/screens anew
	XINFANG_TEST_SCREENS=1 XINFANG_TEST_DATABASES=sqlite $(BIN)/python -m pytest tests/flows/test_pages.py

check: setup lint types imports docs house ## Everything that needs no test: ruff, mypy, layers, docs agreement

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

house: setup ## Print the house in figures (rooms, lengths, parameters, order, tests); fails when a target is missed
	$(BIN)/python -m trials.house

notice: setup ## Write NOTICE.txt anew, from the pins and what is installed
	$(BIN)/python -m trials.notice > NOTICE.txt

docs: setup ## Do the generated tables and lists in docs agree with the code?
	$(BIN)/python -m pytest tests/docs

migrate: setup ## Bring the casework database to this version
	$(BIN)/xinfang migrate

newest: ## Try the newest Prefect of the index against the contract and engine tests, in an environment of its own (var/newest)
	$(PYTHON) -m venv --clear $(NEWEST)
	$(NEWEST)/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(NEWEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(NEWEST)/bin/pip install --quiet --disable-pip-version-check --upgrade prefect
	@$(NEWEST)/bin/python -c "import prefect; print('Prefect', prefect.__version__)"
	$(NEWEST)/bin/python -m pytest tests/engine tests/flows

clean: ## Throw away the environment and all caches (never var/)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
