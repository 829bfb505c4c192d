# Everything goes through a set-up step that leaves alone what is there already. PYTHON names another interpreter.
PYTHON ?= python3
SETUP = $(PYTHON) scripts/bootstrap.py
CHECKS = .venv/bin/python scripts/checks.py

.PHONY: help demo test check bench e2e nightly docs fmt clean
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: ## Run Trimtab with a sample company on this machine (PORT, default 8000)
	@$(SETUP) run && exec .venv/bin/trimtab demo

test: ## Run every check and every test, in a real browser too
	@$(SETUP) dev && exec $(CHECKS) test

check: ## Run the fast checks: format, lint, types, contracts, freshness
	@$(SETUP) dev && exec $(CHECKS) check

bench: ## Measure against the targets
	@$(SETUP) dev && exec $(CHECKS) bench

e2e: ## Run the tests in a real browser
	@$(SETUP) dev && exec $(CHECKS) e2e

nightly: ## Run every Python test with new random examples and more of them
	@$(SETUP) dev && exec $(CHECKS) nightly

docs: ## Build the documentation into site/
	@$(SETUP) dev && exec $(CHECKS) docs

fmt: ## Format, sort imports, refresh what is generated
	@$(SETUP) dev && exec $(CHECKS) fmt

clean: ## Remove what make made, but not the data in .trimtab
	rm -rf .venv web/node_modules e2e/browser/node_modules src/trimtab/api/static site dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .trimtab/test-pg
