# Two commands are all a newcomer needs: "make demo" and "make test". Both set everything up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Much of the suite waits for things to time out: eight at a time keep two cores busy.
PYTEST := $(BIN)/python -m pytest -n 8 --dist worksteal
UV := $(BIN)/uv --quiet
STAMP := $(VENV)/.complete

.PHONY: demo test unit lint check simulate mutate fuzz matrix installcheck setup format build package lock bench fleet release advisories clean

demo: setup
	PYTHONPATH=tests $(BIN)/python -m demo

test: setup
	$(PYTEST)

# The tests that need no process and no socket: seconds, while you work.
unit: setup
	$(PYTEST) -q tests/unit

# Everything about the code that can be checked without running it.
lint: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck --shell=sh artifacts/install.sh .ci/run

# Thousands of runs in simulated time with every kind of fault; a failure prints how to replay it.
SEEDS ?= 10000
simulate: setup
	PYTHONPATH=tests $(BIN)/python -m simulation --seeds $(SEEDS)
	PYTHONPATH=tests $(BIN)/python -m roster 0 $(SEEDS)

# Which changes of the component the unit tests do not notice. It goes on where it was interrupted,
# and again after a change; "rm -r mutants" has it begin from the start. It takes most of an hour.
mutate: setup
	$(UV) pip install --require-hashes -r tests/mutation/requirements.txt
	CI=1 PYTHONPATH=tests $(BIN)/mutmut run --max-children 2
	PYTHONPATH=tests $(BIN)/python -m mutation

# Whatever may come from outside, a million times; what harms is kept in tests/fuzz/corpus.
RUNS ?= 1000000
fuzz: setup
	$(UV) pip install --require-hashes -r tests/fuzz/requirements.txt
	PYTHONPATH=tests $(BIN)/python -m fuzz $(RUNS)

# The whole suite on each Python that is at hand. "make matrix VERSIONS=3.13 TESTS=tests/unit" is less.
VERSIONS ?=
TESTS ?=
matrix: setup
	$(UV) pip install --require-hashes -r tests/matrix/requirements.txt
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/nox $(VERSIONS:%=--session tests-%) -- $(TESTS)

# Packages installed, killed, updated and rolled back for real: some minutes, and as root. WHEELS is a
# folder that has the lock's wheels, ROOT another system, unpacked, such as Alpine; both may be left out.
WHEELS ?=
ROOT ?=
CHECKS ?=
installcheck: setup
	PYTHONPATH=tests $(BIN)/python -m installcheck $(WHEELS:%=--wheels %) $(ROOT:%=--root %) $(CHECKS)

setup: $(STAMP)

# The hashes pin every version. pip installs nothing but uv, which then is ten times quicker with the
# rest; the project itself is linked in, so that edits need no reinstall.
$(STAMP): tests/requirements.txt tests/installer.txt pyproject.toml packages/greengrass-sandbox/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed, this is " + sys.version) if sys.version_info < (3, 10) else None'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/installer.txt
	$(UV) pip sync --compile-bytecode --require-hashes tests/requirements.txt
	$(UV) pip install --no-deps --no-build-isolation --editable . --editable packages/greengrass-sandbox
	touch $(STAMP)

check: export THOROUGH := 1
check: lint
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 8 --dist worksteal -q
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --include='*/client_device_associator/core/*' --fail-under=100
	$(BIN)/python -m coverage report --fail-under=90

format: setup
	$(BIN)/ruff format
	$(BIN)/ruff check --fix-only

build: package

# What a deployment needs, in greengrass-build/ (docs/packages.md). The core device gets its libraries
# out of the package, or from a package index, or from its distribution:
#   make package
#   make package INDEX=1
#   make package SYSTEM=1
# Nothing is set up for that: it needs Python, and the first of them pip, or a folder of WHEELS.
BUCKET ?=
OUTPUT ?=
BUILDER = $(if $(wildcard $(BIN)/python),$(BIN)/python,python3)
package:
	$(BUILDER) artifacts/build.py $(if $(BUCKET),--bucket $(BUCKET)) $(if $(OUTPUT),--output $(OUTPUT)) \
		$(if $(INDEX),--index) $(if $(SYSTEM),--system) $(WHEELS:%=--wheels %)

# Writes the lock files: the device's from artifacts/requirements.in, ours on top of it.
LOCK := $(UV) pip compile --universal --python-version 3.10 --generate-hashes --custom-compile-command "make lock"
lock: setup
	$(LOCK) -o artifacts/requirements.txt artifacts/requirements.in
	$(LOCK) -c artifacts/requirements.txt -o tests/requirements.txt --group dev artifacts/requirements.in
	echo uv | $(LOCK) -c tests/requirements.txt -o tests/installer.txt -
	echo 'atheris<3.1' | $(LOCK) -c tests/requirements.txt -o tests/fuzz/requirements.txt -
	echo pip-audit | $(LOCK) -c tests/requirements.txt -o src/release/requirements.txt -
	echo nox | $(LOCK) -c tests/requirements.txt -o tests/matrix/requirements.txt -
	echo matplotlib | $(LOCK) -c tests/requirements.txt -o benchmarks/requirements.txt -
	echo mutmut | $(LOCK) -c tests/requirements.txt -o tests/mutation/requirements.txt -

# Ratios to a bare subscriber and to what people use instead, in one run of some nine minutes on an
# idle machine. Writes docs/performance/ and docs/performance.md. "make bench BENCH=--quick" only
# shows that it works, and leaves the page alone; longer ones: "python -m benchmarks.separate.soak".
BENCH ?=
bench: setup
	$(UV) pip install --require-hashes -r benchmarks/requirements.txt
	PYTHONPATH=tests $(BIN)/python -m benchmarks $(BENCH)

# Puts the version into the sources and commits it, builds every package, and writes the release with
# its papers to greengrass-release. Again with the same version it only builds: the same bytes.
VERSION ?=
KEY ?=
release: setup
	$(BIN)/python -m release $(if $(KEY),--key $(KEY)) $(VERSION)

# Known weaknesses of the locked libraries. Exit code 2 says that nobody could be asked.
advisories: setup
	$(UV) pip install --require-hashes -r src/release/requirements.txt
	$(BIN)/python -m release --advisories

# A fleet of 10,000 core devices in simulated time; under ten minutes on two processors. Writes
# docs/performance/fleet.json, the plots beside it and docs/fleet.md.
fleet: setup
	$(UV) pip install --require-hashes -r benchmarks/requirements.txt
	PYTHONPATH=tests $(BIN)/python -m fleet

clean:
	rm -rf $(VENV) .nox greengrass-build greengrass-release .sandbox .sandbox-* mutants .coverage .coverage.*
