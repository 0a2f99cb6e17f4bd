# Needs Python >= 3.11 and make; everything else is fetched into .venv. `make help` lists the targets.

VENV := .venv
PY := $(VENV)/bin/python
NODE := PATH="$(CURDIR)/$(VENV)/node/bin:$(CURDIR)/$(VENV)/bin:$$PATH"
STATIC := src/runyard/server/static/index.html
STUDIO_SOURCES := $(shell find studio -name node_modules -prune -o -type f -print 2>/dev/null)
# uv, as the runner calls it in some tests, is told what the machine has told pip. Playwright's own Node needs a library (libatomic) that
# a bare Debian lacks; ours does not.
TEST_SETTING := @venv=$(VENV); . scripts/network.sh; PLAYWRIGHT_NODEJS_PATH=$(CURDIR)/$(VENV)/node/bin/node
PYTEST := $(TEST_SETTING) $(PY) -m pytest
STAGE := @sh scripts/stage.sh
MAKE_QUIETLY := $(MAKE) --no-print-directory

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv install studio demo test studio-checks python-checks bench seed unit e2e lint format types imports generated generate studio-test docs wheel lock pictures recording clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- environments: a stamp for each, so that what is there already costs nothing -------------------------------------------

$(VENV)/.venv-made: requirements/bootstrap.txt scripts/make_venv.sh
	@sh scripts/make_venv.sh $(VENV)
	@touch $@

$(VENV)/.demo-installed: $(VENV)/.venv-made requirements/demo.txt pyproject.toml
	@echo "Installing Runyard's server, scikit-learn for the example, and Node to build the Studio"
	@sh scripts/install.sh $(VENV) requirements/demo.txt
	@sh scripts/link_node.sh $(VENV)
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.venv-made requirements/dev.txt pyproject.toml
	@echo "Installing Runyard with all that its tests need"
	@sh scripts/install.sh $(VENV) requirements/dev.txt
	@sh scripts/link_node.sh $(VENV)
	@touch $@ $(VENV)/.demo-installed

venv: $(VENV)/.venv-made ## make .venv with the pinned uv in it

install: $(VENV)/.dev-installed ## install Runyard and everything its tests need

# --- the Studio -----------------------------------------------------------------------------------------------------------

studio/node_modules/.installed: studio/package.json studio/package-lock.json | $(VENV)/.demo-installed
	@echo "Fetching the Studio's packages"
	@sh scripts/install_studio.sh $(VENV)
	@touch $@

$(STATIC): $(STUDIO_SOURCES) studio/node_modules/.installed
	@echo "Building the Studio"
	@sh scripts/build_studio.sh $(VENV)
	@touch $@

studio: $(VENV)/.demo-installed $(STATIC) ## build the web app into the server
	@:

# --- the demo -------------------------------------------------------------------------------------------------------------

demo: $(VENV)/.demo-installed $(STATIC) ## train the example on Runyard, from nothing: server, run, metrics, link
	@$(VENV)/bin/runyard up
	@$(PY) examples/digits/submit.py
	@command -v runyard >/dev/null || echo "To type runyard here: source $(VENV)/bin/activate"

# --- checks ---------------------------------------------------------------------------------------------------------------

test: ## run everything that must be green
	$(STAGE) "install" $(MAKE_QUIETLY) install
	$(STAGE) "programs for tests" sh scripts/ensure_test_programs.sh
	@sh scripts/side_by_side.sh "$(MAKE_QUIETLY) studio-checks" "$(MAKE_QUIETLY) python-checks"
	@echo "=== pytest: unit, integration, end to end"
	$(TEST_SETTING) sh scripts/run_tests.sh $(PY)

studio-checks:
	$(STAGE) "studio build" $(MAKE_QUIETLY) studio
	$(STAGE) "generated files" $(MAKE_QUIETLY) generated
	$(STAGE) "studio tests" $(MAKE_QUIETLY) studio-test

python-checks:
	$(STAGE) "lint" $(MAKE_QUIETLY) lint
	$(STAGE) "types" $(MAKE_QUIETLY) types
	$(STAGE) "imports" $(MAKE_QUIETLY) imports
	$(STAGE) "documents" $(MAKE_QUIETLY) docs

bench: install ## measure the goals in numbers: QUICK=1, ONLY="recording reading list server submission studio install peers", PEERS=1
	@$(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(PEERS),--only peers,$(if $(ONLY),--only $(ONLY)))

seed: install ## fill the server of HOME_FOLDER with 100,000 runs (RUNS=...) through the ingest path
	@$(PY) -m benchmarks.seed --home $(HOME_FOLDER) $(if $(RUNS),--runs $(RUNS))

unit: install ## the Python tests without a browser
	$(PYTEST) -m "not e2e"

e2e: install studio ## the tests in a real Chromium
	@sh scripts/ensure_test_programs.sh
	$(PYTEST) -m e2e

lint: install ## ruff: rules and format
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

format: install ## let ruff mend what it can
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

types: install ## mypy --strict
	@$(VENV)/bin/mypy

imports: install ## the layers of ARCHITECTURE.md
	@$(VENV)/bin/lint-imports

generated: install studio/node_modules/.installed ## openapi.json, the Studio's types and docs/reference are up to date
	@$(NODE) $(PY) scripts/generated.py

generate: install studio/node_modules/.installed ## write those files anew
	@$(NODE) $(PY) scripts/generated.py --write

studio-test: install studio ## the Studio's types, which its build checks, unit tests and size
	@cd studio && CI=true $(NODE) npm run --silent test </dev/null
	@cd studio && $(NODE) npm run --silent size </dev/null

docs: install ## the documentation as a site, in site/; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs --quiet build --clean
	@$(PY) scripts/check_site.py site

# --- packaging ------------------------------------------------------------------------------------------------------------

wheel: studio ## build the wheel and the source archive, the Studio in both, into dist/
	@rm -rf dist
	@$(VENV)/bin/uv build --quiet --wheel --sdist --no-build-isolation --python $(PY) --out-dir dist
	@ls -l dist

LOCK := $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --extra server

lock: venv ## write requirements/*.txt anew from pyproject.toml
	@$(LOCK) --group dev -o requirements/dev.txt
	@$(LOCK) --group demo -c requirements/dev.txt -o requirements/demo.txt

pictures: install studio ## take the pictures of the Studio for the documents
	@PLAYWRIGHT_NODEJS_PATH=$(CURDIR)/$(VENV)/node/bin/node $(PY) scripts/docs_pictures.py

recording: install ## record runyard top in a real terminal for the documents
	@$(PY) scripts/record_top.py

clean: ## remove what was built; .venv stays
	rm -rf dist build site studio/node_modules src/runyard/server/static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
