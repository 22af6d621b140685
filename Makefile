# make demo   the graph of seeds/, its alliances and mediations, and two pages in out/
# make test   lint and all tests
# make docs   the pages and pictures of docs/ that are made from code, ontology/, queries/ and the corpus
# make site   the documentation as a site in out/site; warnings are errors
# make dist   what is handed out, in dist/: checked, and installed under each of PYTHONS; see docs/releasing.md
# make lock   requirements.lock anew
# All set up what they need in .venv; the second time that takes no time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Those of the Pythons that we support that are there.
PYTHONS ?= $(shell for python in python3.11 python3.12 python3.13; do \
  $$python -c '' 2>/dev/null && echo $$python; done)
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check

.PHONY: demo test soak lint train docs site dist lock clean
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
	$(BIN)/python -m reference
	@mkdir -p out
	@$(BIN)/kg build docs/corpus/articles --ontology docs/corpus/world -o out/corpus.ttl
	@for view in alliances mediation; do $(BIN)/kg view $$view out/corpus.ttl -o docs/corpus/$$view.svg; done

site: $(VENV)/.stamp-dev
	$(BIN)/python -m mkdocs build --quiet
	@echo "== Open out/site/index.html in a browser"

dist: $(VENV)/.stamp-release
	@test -n "$(PYTHONS)" || { echo "no Python to install under: name some, as in make dist PYTHONS=python3.12"; exit 1; }
	rm -rf dist build
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl
	@$(MAKE) --no-print-directory $(addprefix build/installed-,$(notdir $(PYTHONS)))
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  -o dist/conflict-kg.cdx.json build/installed-$(notdir $(firstword $(PYTHONS)))/bin/python

# A fresh environment with the wheel and exactly what is locked, in which the graph of seeds/ is built and asked.
build/installed-%:
	@echo "== Installing under $*"
	@$(filter %$*,$(PYTHONS)) -m venv --without-pip $@
	@$(PIP) --python $@/bin/python install --require-hashes --no-deps -r requirements.lock
	@$(PIP) --python $@/bin/python install --no-deps dist/*.whl
	@$(PIP) --python $@/bin/python check
	@cd $@ && bin/kg --version && bin/kg build ../../seeds -o graph.ttl && bin/kg query alliances graph.ttl | head -n 2

# For all Pythons and systems that we support; hashes, but no hosts: packages come from wherever pip is set to.
lock: $(VENV)/.stamp-release
	$(BIN)/uv --quiet pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock

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

$(VENV)/.stamp-release: $(VENV)/.stamp-dev
	@$(PIP) install --editable '.[dev,release]'
	@touch $@
