# The few commands of daily work. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
LAUNCHER := billing_project/launcher
PACKAGES := accounts billing webhooks billing_project stripe_sandbox
DAYS ?= 30
PYTEST_WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder
# These meet neither the database nor the broker, or make SQLite files of their own: no server can change them.
WITHOUT_SERVERS := tests/stripe_sandbox tests/stripe_sandbox_pages tests/conformance tests/servers \
	tests/bench tests/billing/lab tests/billing/rules tests/billing_project/launcher \
	tests/billing_project/test_development_schema.py
# What else pytest is told where the tests meet servers, such as -m "not browser".
SERVERS_OPTIONS ?=
RECORDINGS ?= ../shared/stripe/recorded
# Steps of one target print as a block where make can do that (GNU make 4; macOS ships 3.81).
BLOCKS := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
CHECKS := check-format check-lint check-types check-imports check-migrations check-deploy check-templates

# Every start and every test process would compile Django and the SDK anew where the machine forbids caches.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test test-servers test-full conformance live-contract bench check $(CHECKS) install install-dev lock format messages travel setup-stripe clean-data

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install, prepare and start everything; Ctrl-C stops it (PORT, SANDBOX_PORT move it)
	@$(PYTHON) $(LAUNCHER)/machine.py --start
	@$(PYTHON) $(LAUNCHER)/install.py requirements.txt
	@exec $(BIN)/python -m billing_project.launcher

test: install-dev ## Run the tests
	@$(PYTEST)

test-servers: install-dev ## Run the tests that meet a database or a broker on PostgreSQL and Redis, which it starts
	@$(BIN)/python -m tests.servers --no-fsync $(PYTEST) $(addprefix --ignore=,$(WITHOUT_SERVERS)) $(SERVERS_OPTIONS)

test-full: export RECONCILED_SUBSCRIPTIONS := 2000
test-full: export FAULT_MATRIX_EVENTS := 20000
test-full: export CONVERGENCE_ORDERS := 200
test-full: export RANDOM_LIVES := 500
test-full: export DUNNING_CRASHES := 200
test-full: export DUNNING_KILLS := 5
test-full: export ENTITLEMENT_HISTORIES := 1000
test-full: export EVIDENCE_CRASHES := 200
test-full: export EVIDENCE_KILLS := 5
test-full: export REFUND_CRASHES := 200
test-full: export REFUND_KILLS := 5
test-full: ## Run the tests on PostgreSQL and Redis, then all of them on SQLite
	@$(MAKE) --no-print-directory test-servers
	@DATABASE_URL= CELERY_BROKER_URL= $(MAKE) --no-print-directory test

conformance: install-dev ## Replay recorded Stripe exchanges against the sandbox (RECORDINGS=folder)
	@$(BIN)/python -m tests.conformance --recordings "$(RECORDINGS)"

live-contract: install-dev ## Ask a real Stripe test account what the sandbox is asked (STRIPE_TEST_KEY=sk_test_…)
	@$(BIN)/python -m tests.live_contract

bench: install-dev ## Measure, one JSON line a figure (BENCH="ack memory" some of it, BENCH_QUICK=1 only that it works)
	@$(BIN)/python -m bench $(BENCH)

check: install-dev ## Formatting, lint, types, walls, migrations, deployment checks, templates
	@$(MAKE) --no-print-directory -k -j2 $(BLOCKS) $(CHECKS)

check-format:
	@echo "check: formatting"; $(BIN)/ruff format --check --quiet .

check-lint:
	@echo "check: lint"; $(BIN)/ruff check --quiet .

check-types:
	@echo "check: types"; $(BIN)/mypy --no-error-summary $(PACKAGES)

check-imports:
	@echo "check: import walls"; $(BIN)/lint-imports --no-logo --no-cache

check-migrations: export BILLING_DATA_DIR := var/check
check-migrations:
	@echo "check: migrations"; $(BIN)/python manage.py makemigrations --check --dry-run

# What a production installation would set, with values that open nothing.
check-deploy: export ENVIRONMENT := production
check-deploy: export DEBUG := false
check-deploy: export SECRET_KEY := not-a-secret-but-as-long-and-mixed-as-one-0123456789-abcdefghijk
check-deploy: export SITE_URL := https://billing.example.com
check-deploy: export ALLOWED_HOSTS := billing.example.com
check-deploy: export STRIPE_SECRET_KEY := sk_live_not_a_key
check-deploy: export STRIPE_WEBHOOK_SECRETS := whsec_not_a_secret
check-deploy: export BILLING_DATA_DIR := var/check
check-deploy:
	@echo "check: deployment"; $(BIN)/python manage.py check --deploy --fail-level WARNING

check-templates:
	@echo "check: templates"; \
	$(BIN)/djlint --lint --quiet templates; django=$$?; \
	$(BIN)/djlint --lint --quiet --profile jinja stripe_sandbox/templates && exit $$django

install:
	@$(PYTHON) $(LAUNCHER)/machine.py
	@$(PYTHON) $(LAUNCHER)/install.py requirements.txt

install-dev:
	@$(PYTHON) $(LAUNCHER)/machine.py
	@$(PYTHON) $(LAUNCHER)/install.py requirements-dev.txt

format: install-dev ## Format the code and mend what lint can mend
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

messages: install-dev ## Gather the texts of mails for translation and compile what is translated (needs gettext)
	@$(BIN)/python manage.py makemessages --locale de --no-obsolete --no-wrap --add-location file \
		--ignore .venv --ignore stripe_sandbox --ignore tests --ignore var --extension html,txt,py
	@$(BIN)/python manage.py compilemessages --locale de --ignore .venv

lock: install-dev ## Write requirements*.txt anew from requirements*.in
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
			$$name.in -o $$name.txt || exit 1; \
	done

travel: ## Move the running demo's billing time forward: make travel DAYS=40
	@$(BIN)/python manage.py travel --days $(DAYS)

# The database first, without its check for the webhook secret: that secret is what comes out of this.
setup-stripe: install ## Prepare the Stripe account whose key stands in .env; safe to repeat
	@$(BIN)/python manage.py prepare_database --skip-checks
	@$(BIN)/python manage.py setup_stripe

clean-data: ## Delete what a run left behind: database, sandbox, mail (stop `make run` first)
	@$(PYTHON) $(LAUNCHER)/machine.py --forget
