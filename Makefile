# make demo   the graph of seeds/, its alliances and mediations, and two pages in out/
# make test   lint and all tests
# make docs   docs/queries.md, from the headers of queries/
# Both set up what they need in .venv; the second time that takes no time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check

.PHONY: demo test soak lint train docs clean
.DELETE_ON_ERROR:

demo: $(VENV)/.stamp
	@mkdir -p out
	@echo "== The graph of seeds/: out/graph.ttl"
	@$(BIN)/kg build seeds -o out/graph.ttl
	@$(BIN)/kg query summary out/graph.ttl
	@echo
	@echo "== Alliances"
	@$(BIN)/kg query alliances out/graph.ttl
	@echo
	@echo "== Mediations"
	@$(BIN)/kg query mediations out/graph.ttl
	@echo
	@$(BIN)/kg view alliances out/graph.ttl -o out/alliances.html
	@$(BIN)/kg view mediation out/graph.ttl -o out/mediation.html
	@echo "== Open out/alliances.html and out/mediation.html in a browser; more to ask: $(BIN)/kg query --list"

test: lint
	$(BIN)/python -m pytest --cov --cov-report=term

# What takes long: a hundred builds that are killed, a text of 100 MB, thousands of generated histories.
soak: $(VENV)/.stamp-dev
	$(BIN)/python -m pytest -m soak

lint: $(VENV)/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Trains the sentence reader on training/sentences/ anew: three quarters of an hour.
train: $(VENV)/.stamp
	@$(PIP) install --editable '.[train]'
	$(BIN)/python training/train.py

docs: $(VENV)/.stamp
	$(BIN)/python -c "from kg import queries; print(queries.manual(), end='')" > docs/queries.md

clean:
	rm -rf $(VENV) out dist build .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Where Python lacks ensurepip (Debian packs it apart), its own pip puts one into the environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13: name one that is, as in make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); else \
	  $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip -qq --python $(BIN)/python install pip; fi

$(VENV)/.stamp: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV): a minute or two, the first time only"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.stamp-dev: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) for tests: a minute or two, the first time only"
	@$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.stamp $@
