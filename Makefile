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
ARGS ?=

.PHONY: run test check format messages lock clean

# Serve the CRM at http://127.0.0.1:8000; PORT=8001 and KONTOR_DATA=/some/folder change port and data.
run: $(BASE)
	@$(PY) -m config.prepare
	@exec $(PY) -m config.supervisor

# All tests, or some: make test ARGS="tests/acceptance/test_main_job.py"
test: $(DEV)
	@$(PY) -m tests.run $(ARGS)

# Everything that can be said about the code without serving it; each line is silent or short.
check: $(DEV)
	@$(PY) -m config.frontend
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Not formatted: make format"; exit 1; }
	@$(VENV)/bin/mypy --no-error-summary
	@$(VENV)/bin/lint-imports --no-logo
	@$(VENV)/bin/djade --target-version 5.2 --check $$(git ls-files -co --exclude-standard '*.html')
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m config.catalogues check
	@$(PY) -m pytest tests/architecture
	@$(PY) -m tests.audit
	@echo "All checks passed."

# Format the code and mend what the linter can mend.
format: $(DEV)
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format .

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
