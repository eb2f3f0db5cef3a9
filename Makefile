# The commands of the board. `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
# One stamp a lock file: a second run installs nothing and starts in seconds.
APP := .venv/installed-app
DEV := .venv/installed-dev
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help run test test-all audit check bench drill messages lock format clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

run: export DEBUG = on
run: $(APP) ## install, prepare and start the board on 127.0.0.1 (PORT=8000)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py bootstrap
	@echo "The board is at http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)"
	@$(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

# Both engines at the same time, with two workers each (tests/run.py). ARGS goes to pytest on both;
# of a file that it names, --junitxml=x.xml, PostgreSQL's is x-postgresql.xml.
test: $(DEV) ## run the tests on SQLite and on PostgreSQL (ARGS="-k close")
	@$(BIN)/python -m tests.run $(ARGS)

# The same tests with more examples and rounds, and all views of every page (tests/support/profile.py).
test-all: export HYPOTHESIS_PROFILE = full
test-all: test ## run the tests with all of their examples

# As in production, with a key of its own. Stands in front of a command.
PRODUCTION = env DEBUG=off ALLOWED_HOSTS=gates.example \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')"
# The database's own checks (are the triggers there?) need a migrated database, here a new one.
DEPLOYABLE = $(BIN)/python manage.py migrate --verbosity 0 && \
	$(BIN)/python manage.py makemigrations --check --dry-run && \
	$(BIN)/python manage.py check --deploy --fail-level WARNING --database default
# Where packages come from is the business of each machine. [.] and [-] keep the pattern from
# finding itself.
REGISTRY = -[-](extra-)?index-url|-[-]find-links|pypi[.]org|pythonhosted[.]org|https?://[^ ]*/simple\b|registry[.]npmjs|deb[.]debian[.]org

audit: $(DEV) ## look up known vulnerabilities (AUDIT=offline where there is no network)
	$(BIN)/python -m tests.audit

check: $(DEV) audit ## lint, types, missing migrations, deployment checks, audit
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@echo "== migrations and deployment on SQLite"
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PRODUCTION) DATABASE_URL="sqlite:///$$folder/check.sqlite3" sh -c '$(DEPLOYABLE)'
	@echo "== migrations and deployment on PostgreSQL"
	@$(PRODUCTION) $(BIN)/python -m tests.postgres sh -c '$(DEPLOYABLE)'
	@echo "== no package registry is named"
	@git grep --untracked -nIE -e '$(REGISTRY)'; \
	test $$? -eq 1 || { echo "Name no package registry in the project (see above)." >&2; exit 1; }

bench: $(DEV) ## measure every target on both engines (ARGS="--quick" for a short look)
	@$(BIN)/python -m benchmarks $(ARGS)

# On the database of the environment or of .env; DEBUG only chooses where SECRET_KEY comes from.
drill: export DEBUG ?= on
drill: $(APP) ## back up, restore into an empty database, compare (ARGS="--keep FOLDER")
	@$(BIN)/python manage.py drill $(ARGS)

format: $(DEV) ## fix what the linter can, then format
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

# The compiled catalogue is in the repository too, so that a machine without gettext can run.
messages: $(DEV) ## bring the Arabic catalogue up to date, then compile it (needs gettext)
	DEBUG=on $(BIN)/python manage.py makemessages --locale ar --no-obsolete --add-location file \
		--ignore .venv --ignore var
	DEBUG=on $(BIN)/python manage.py compilemessages --locale ar --ignore .venv --verbosity 0

# uv starts from the versions already locked; ARGS=--upgrade moves to newer ones.
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(ARGS) pyproject.toml
lock: | $(BIN)/pip ## write the lock files from pyproject.toml (ARGS=--upgrade)
	@test -x $(BIN)/uv || $(PIP_INSTALL) uv
	$(UV_COMPILE) --output-file requirements.txt
	$(UV_COMPILE) --extra s3 --constraint requirements.txt --output-file requirements-s3.txt
	$(UV_COMPILE) --extra dev --constraint requirements-s3.txt --output-file requirements-dev.txt

clean: ## remove what was installed or cached; the board's data in var/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis static var/test*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip is the last thing that venv puts there, so its presence means that the venv is whole.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "$(PYTHON) is not Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "Python's venv module is missing. Install it: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

$(APP): requirements.txt | $(BIN)/pip
	@echo "Installing what the board needs (only the first time) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(BIN)/pip
	@echo "Installing what the tests need (only the first time) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@
