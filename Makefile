# One folder, plain venv. `make lab` opens JupyterLab, `make test` runs everything.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup lab test faults nouns refresh pictures bench audit lock

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch .venv/ready

lab: setup
	$(BIN)/ivplus lab

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests -p no:nbval -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest --nbval --nbval-current-env notebooks/checks

# The queries of the rooms, after a field of a record has changed.
nouns: setup
	$(BIN)/python docs/make_nouns.py

refresh: setup nouns
	$(BIN)/ivplus refresh-notebooks
	$(BIN)/python docs/make_dictionary.py
	$(BIN)/python docs/make_findings.py
	$(BIN)/python docs/make_lawyer.py

# The pictures of the officer's guide, by the Chromium of this machine.
pictures: setup
	$(BIN)/python docs/make_pictures.py

FAULTS := alone erasure_proof readme regression_bites retention spark

# The faults of docs/reliability.md in full; `make test` runs each with a few rounds.
faults: setup
	IVPLUS_FAULTS=full $(BIN)/python -m pytest tests/faults $(addprefix tests/test_,$(addsuffix .py,$(FAULTS)))

# Prints the table of docs/performance.md and writes it there.
bench: setup
	$(BIN)/python benchmarks/all.py --write

# The quarter that ended last, proved: of $$IVPLUS_DESK or ivplus.duckdb here. Without a journal it is refused, exit code 2;
# the invented company's: .venv/bin/ivplus audit --desk sample
audit: setup
	$(BIN)/ivplus audit --fail-on never

# Needs uv on the PATH. Names, versions and hashes only.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock
