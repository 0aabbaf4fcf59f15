PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: forecast-accuracy dist owner help docs test cover check check-long fuzz lint types layers workflows bench picture schemas claims accuracy risk-accuracy catalogue-report

help:  ## show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

test:  ## the tests while you work: of a sweep over everything a sample, of each property an eighth
	@bash -c 'TIMEFORMAT="%R s, %U s user and %S s system"; \
	time $(PYTHON) -m pytest -m "not sweep" --hypothesis-profile=loop'
	@echo "left out: tests marked as a sweep, and most examples of properties; 'pytest' tries them"

cover:  ## the tests, and how much of the rooms that compute they run, branch by branch
	$(PYTHON) -m pytest --cov --cov-report=term

check: cover lint types layers workflows  ## everything that CI runs on the sources

check-long:  ## properties tried at length, on examples of their own, and changed operators
	COSTPLAN_LOGS_BYTES=1000000000 $(PYTHON) -m pytest --hypothesis-profile=long --timeout=3600
	$(PYTHON) tests/fuzz/fuzz.py --cases 2000
	$(PYTHON) tests/mutants.py

fuzz:  ## damaged input of every kind to every command; the figures go to docs/quality.md
	$(PYTHON) tests/fuzz/fuzz.py --write

lint:  ## ruff: rules and format
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:  ## mypy --strict
	$(PYTHON) -m mypy

layers:  ## import-linter: one direction of imports
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

workflows:  ## zizmor, shellcheck, hadolint: the action, the recipes, the workflows, the container
	PATH="$(dir $(shell command -v $(PYTHON))):$$PATH"; \
	zizmor --offline --no-progress --quiet --config ci/zizmor.yml action.yml examples/ci/github*.yml .github/workflows && \
	hadolint ci/Dockerfile && \
	shellcheck ci/github.sh examples/ci/plain.sh .ci/run

bench:  ## measure speed as ratios in one run (builds and installs the wheel in a temporary folder)
	$(PYTHON) tests/bench.py
	$(PYTHON) tests/usage/bench_usage.py

picture:  ## draw docs/estimate.svg, docs/compare.svg and docs/uncertain.svg, the pictures in the README
	$(PYTHON) -m costplan estimate examples/support-agent.toml --stack portable --as-of 2026-11-22 --format svg --out docs/estimate.svg
	$(PYTHON) -m costplan compare examples/support-agent.toml --as-of 2026-11-22 --format svg --out docs/compare.svg
	$(PYTHON) -m costplan estimate examples/uncertain.toml --as-of 2026-11-22 --format svg --out docs/uncertain.svg

docs:  ## write docs/workload.md, docs/commands.md and docs/facts.md from the program, and play the guides
	$(PYTHON) docs/make_docs.py

claims:  ## recompute docs/claims.md from examples/claims
	$(PYTHON) examples/claims/make_claims.py

accuracy:  ## leave each measured throughput out in turn, RUNS=FILE: energy too; the figures go to docs/accuracy.md
	$(PYTHON) tests/accuracy/accuracy.py $(RUNS)

dist:  ## wheel, sdist and schema in dist/, built twice and compared
	$(PYTHON) ci/release.py build dist

owner:  ## write the owner in pyproject.toml wherever the repository is named
	$(PYTHON) ci/release.py owner

forecast-accuracy:  ## how far forecasts of two public series were off, and how often bands held; to docs/forecast.md
	$(PYTHON) tests/forecast/backtest_figures.py

risk-accuracy:  ## compare figures of draws with those of a million plain ones; they go to docs/quality.md
	PYTHONPATH=tests/risk:tests/compare:tests/cli:tests/store $(PYTHON) tests/risk/accuracy.py --write

catalogue-report:  ## what the catalogue holds and rests on; fails where a price has no source or a zero is silent
	$(PYTHON) -m costplan pricing report pricing
