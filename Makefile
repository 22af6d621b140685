# make demo   the graph of seeds/, its alliances and mediations, and two pages in out/
# make test   lint and all tests
# Both set up what they need in .venv; the second time that takes no time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

.PHONY: demo test lint clean
.DELETE_ON_ERROR:

demo: $(VENV)/.stamp
	@mkdir -p out
	@echo "== The graph of seeds/: out/graph.ttl"
	@$(BIN)/kg build seeds -o out/graph.ttl
	@$(BIN)/kg query documents out/graph.ttl
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

lint: $(VENV)/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) out dist build .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# An environment without pip (a Python without ensurepip makes one) is given it by the Python that made it.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null && $(PYTHON) -m venv $(VENV) \
	  || { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }

$(VENV)/.stamp: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV): a minute or two, the first time only"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.stamp-dev: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) for tests: a minute or two, the first time only"
	@$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.stamp $@
