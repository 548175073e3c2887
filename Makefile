# Kontor CRM. `make run` serves it, `make test` tests it; both set up everything they need on a bare machine.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
# One stamp per content of a lock file: a changed lock installs, an unchanged one costs nothing.
BASE := $(VENV)/base-$(firstword $(shell cksum requirements/base.txt))
DEV := $(VENV)/dev-$(firstword $(shell cksum requirements/dev.txt))
# Commands that must not touch the data under var/.
MANAGE := DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py
DJADE := $(VENV)/bin/djade --target-version 5.2
TEMPLATES = $$(git ls-files -co --exclude-standard '*.html')
ARGS ?=

.PHONY: run test pictures test-long bench bench-scale bench-import check format messages lock clean lint security types layers templates schema \
	words architecture audit

# Serve the CRM at http://127.0.0.1:8000; PORT=8001 and KONTOR_DATA=another_folder change port and data.
run: $(BASE)
	@$(PY) -m config.prepare
	@exec $(PY) -m config.supervisor

# All tests, or some: make test ARGS="tests/acceptance/test_main_job.py"
test: $(DEV)
	@$(PY) -m tests.run $(ARGS)

# Make the pictures of the guides anew, from the demonstration company.
pictures: $(DEV)
	@KONTOR_PICTURES=1 $(PY) -m tests.run tests/acceptance/test_records_kit.py

# Measure the main pages on 50,000 deals (PostgreSQL) against their budgets; bench-scale on a million.
bench: $(DEV)
	@$(PY) -m config.frontend && DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m config.catalogues compile
	@$(PY) -m bench.run $(ARGS)
bench-scale:
	@$(MAKE) --no-print-directory bench ARGS="--deals 1000000 $(ARGS)"

# Measure an import of 100,000 contacts and their export (PostgreSQL): each ten minutes and 256 MB at most.
bench-import:
	@$(MAKE) --no-print-directory bench ARGS="--contacts 100000 $(ARGS)"

# The larger numbers of the tests marked "long", and the access matrix, which must fail for every rule taken away.
test-long: $(DEV)
	@$(PY) -m tests.run -m long --ignore=tests/long $(ARGS)
	@$(PY) -m pytest -n 2 -m long tests/long

# Everything that can be said about the code without serving it. Runs every gate, then fails if one did.
GATES := lint security types layers templates schema words architecture audit
check: $(DEV)
	@$(PY) -m config.frontend
	@$(MAKE) --no-print-directory --keep-going $(GATES) && echo "All checks passed."

lint:
	@$(VENV)/bin/ruff check --quiet --output-format concise .
	@$(VENV)/bin/ruff format --check --quiet . >/dev/null || { echo "Not formatted: make format"; exit 1; }
security:
	@$(VENV)/bin/bandit --quiet -ll $$(git ls-files '*.py' ':!tests') 2> build/bandit.txt || { cat build/bandit.txt; exit 1; }
types:
	@$(VENV)/bin/mypy --no-error-summary
layers:
	@$(VENV)/bin/lint-imports --no-logo > build/layers.txt || { cat build/layers.txt; exit 1; }
templates:
	@$(DJADE) --check $(TEMPLATES) 2>/dev/null || { echo "Templates not formatted: make format"; exit 1; }
schema:
	@$(MANAGE) makemigrations --check --dry-run --verbosity 1
	@$(MANAGE) check --fail-level WARNING
words:
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m config.catalogues check
architecture:
	@$(PY) -m pytest tests/architecture
audit:
	@$(PY) -m tests.audit

# Format the code and mend what the linter can mend.
format: $(DEV)
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format .
	-$(DJADE) $(TEMPLATES)

# Bring locale/*.po up to date with the texts of the code (needs gettext).
messages: $(DEV)
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m config.catalogues update

# Choose versions anew within requirements/*.in and package.json, and write the lock files.
lock: $(DEV)
	cd requirements && for name in base dev node; do CUSTOM_COMPILE_COMMAND="make lock" ../$(VENV)/bin/pip-compile \
		--quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-emit-options $$name.in -o $$name.txt || exit 1; done
	npm install --package-lock-only --ignore-scripts

# Remove what was built or installed; the data under var/ stays.
clean:
	rm -rf $(VENV) node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kontor CRM needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv $(VENV)

$(BASE): | $(VENV)/bin/python
	@echo "Installing Python packages …"
	@$(PIP) -r requirements/base.txt
	@touch $@

$(DEV): | $(VENV)/bin/python
	@echo "Installing packages for tests and checks …"
	@$(PIP) -r requirements/dev.txt
	@touch $@ $(BASE)
