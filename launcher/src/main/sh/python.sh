# shellcheck shell=bash
# The Python package's tests: sourced by test.sh, behind native.sh.
# shellcheck disable=SC2154   # root, home, native_library and native_missing are the launcher's

python_home=$root/python/target                 # a virtual environment, the build and the report

# The first Python that is new enough and can make an environment; nothing when there is none.
find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
}

# An environment with what build and tests need; made again when the list or the Python has changed.
python_environment() { # python
  local wanted
  wanted=$("$1" --version; cat "$root/python/requirements-test.txt")
  if [ "$(cat "$python_home/made-for" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  rm -rf "$python_home/venv" "$python_home/made-for"
  "$1" -m venv "$python_home/venv" &&
    "$python_home/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/python/requirements-test.txt" &&
    echo "$wanted" >"$python_home/made-for"
}

# Installs the package over the library that build_native made, so that nothing is compiled twice.
python_install() {
  local library
  library=$(find "$native_library" -name 'libllmsys.so' -o -name 'libllmsys.dylib' | head -n 1)
  "$python_home/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall "$root/python" \
    --config-settings build-dir="$python_home/build" ${library:+--config-settings cmake.define.LLMSYS_LIBRARY="$library"}
}

# Adds to python_passed, python_failed, python_skipped; python_status is 1 when something failed.
test_python() {
  python_passed=0 python_failed=0 python_skipped=0 python_status=0
  local python log=$home/log/python.log
  python=$(find_python)
  if [ -z "$python" ]; then
    echo "the Python package is not tested: there is no Python 3.10 or later with venv and pip (Debian: apt install python3-venv)"
    return
  fi
  if [ -n "$(native_missing)" ]; then
    echo "the Python package is not tested: missing $(native_missing | cut -d' ' -f1 | paste -sd' ' -)"
    return
  fi
  mkdir -p "$python_home"
  if ! python_environment "$python" >"$log" 2>&1 </dev/null; then
    echo "the Python package is not tested: pip could not get what its tests need ($log has the details)"
    return
  fi
  if ! python_install >>"$log" 2>&1 </dev/null; then
    tail -n 25 "$log"
    python_failed=1 python_status=1
    return
  fi
  local report=$python_home/tests.xml sums tests
  rm -f "$report"
  PYTHONDONTWRITEBYTECODE=1 "$python_home/venv/bin/python" -m pytest -q -p no:cacheprovider --junit-xml="$report" "$root/python/tests" </dev/null ||
    python_status=1
  sums=$(grep -o '<testsuite [^>]*>' "$report" 2>/dev/null | head -n 1)
  tests=$(sed -n 's/.* tests="\([0-9]*\)".*/\1/p' <<<"$sums")
  python_failed=$(sed -n 's/.* errors="\([0-9]*\)".* failures="\([0-9]*\)".*/\1 + \2/p' <<<"$sums")
  python_failed=$((${python_failed:-0}))
  python_skipped=$(sed -n 's/.* skipped="\([0-9]*\)".*/\1/p' <<<"$sums")
  python_skipped=${python_skipped:-0}
  python_passed=$((${tests:-0} - python_failed - python_skipped))
  echo "pytest: $python_passed passed, $python_failed failed, $python_skipped skipped"
}
