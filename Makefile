# Everything a person does with the portal. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help install install-checks assets run dev test check lint types imports migrations production bench bench-pages drill-digests clear-demo

PYTHON_VENV := .venv/bin/python
THROWAWAY := $(PYTHON_VENV) -m kmportal.servers --
# mypy's Django plug-in loads the settings, which want addresses; nothing is listened to there.
NOWHERE := DATABASE_URL=postgresql://localhost/none REDIS_URL=redis://localhost
PYTEST_ARGS ?=
PYTEST_WORKERS ?= 2

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

install: ## Make the environment .venv and install the dependencies
	@sh scripts/install.sh requirements.txt

install-checks:
	@sh scripts/install.sh requirements-dev.txt

assets: install ## Build static/build/ from assets/
	@$(PYTHON_VENV) assets/build.py

run: assets ## Run the portal at http://127.0.0.1:8000 (another port: make run PORT=8001)
	@exec $(PYTHON_VENV) -m kmportal.supervisor --bound

dev: assets ## Run the portal with debug pages, reloading code and assets at every change
	@exec $(PYTHON_VENV) -m kmportal.supervisor --bound --development

test: assets ## Run all tests, browser tests included (some of them: make test PYTEST_ARGS="tests/mail -x")
	@PORTAL_CHROMIUM=$$($(PYTHON_VENV) -m tests.chromium) && export PORTAL_CHROMIUM && \
		exec $(THROWAWAY) $(PYTHON_VENV) -m pytest -n $(PYTEST_WORKERS) $(PYTEST_ARGS)

check: lint types imports migrations production ## Check style, types, imports, migrations and production settings

lint: install-checks
	@$(PYTHON_VENV) -m ruff check .
	@$(PYTHON_VENV) -m ruff format --check .
	@$(PYTHON_VENV) -m djlint --lint --quiet templates

types: install-checks
	@$(NOWHERE) $(PYTHON_VENV) -m mypy .

imports: install-checks
	@.venv/bin/lint-imports

migrations: install
	@$(THROWAWAY) $(PYTHON_VENV) manage.py makemigrations --check --dry-run
	@$(PYTHON_VENV) manage.py check

production: install
	@sh scripts/check_production.sh

bench: assets ## Measure the search page on 10,000 items
	@$(PYTHON_VENV) manage.py collectstatic --noinput --verbosity 0
	@exec $(PYTHON_VENV) manage.py bench

drill-digests: install ## Send 20,000 updates through 200 faults and check the sums (half an hour)
	@exec $(PYTHON_VENV) manage.py drill_digests

bench-pages: assets ## Measure whole pages through a web server on 100,000 items (others: make bench-pages ITEMS=10000)
	@exec $(PYTHON_VENV) manage.py bench_pages --items $(or $(ITEMS),100000)

clear-demo: install ## Remove the demonstration content and its sign-ins
	@exec $(PYTHON_VENV) manage.py clear_demo
