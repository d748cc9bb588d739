# shellcheck shell=bash
# What is measured outside the workbench: sourced by the launcher for ./llmsys bench wasm and ./llmsys bench python, behind native.sh, python.sh
# and wasm.sh.
# shellcheck disable=SC2154   # root, jdk, home, problem and what the three files define are the launcher's

# The engine for the browser beside its build without SIMD, the native engine where it was built, and onnxruntime-web where --modules has it.
bench_wasm() { # words after bench wasm
  local scalar=$root/wasm/target/scalar library words=()
  if ! command -v node >/dev/null 2>&1; then
    problem 1 "the engine for the browser cannot be measured here" "missing: node" \
      "install it, on Debian: apt-get install --no-install-recommends nodejs"
  fi
  if [ -z "${LLMSYS_NO_BUILD:-}" ]; then
    (build_wasm) && (wasm_build=$scalar-build wasm_dist=$scalar && build_wasm -DLLMSYS_SIMD=OFF) || exit 1
  fi
  if [ -f "$scalar/engine.wasm" ]; then words=(--scalar "$scalar"); fi
  library=$(find "$native_library" -name 'libllmsys.so' -o -name 'libllmsys.dylib' 2>/dev/null | head -n 1)
  if [ -n "$library" ]; then
    words+=(--native "$library")
  else
    echo "llmsys: without the native engine; ./llmsys build native first lets it take part" >&2
  fi
  exec node "$root/wasm/bench/run.js" ${words[@]+"${words[@]}"} "$@"
}

# The Python package, in the environment that its tests use.
bench_python() { # words after bench python
  local python log=$home/log/python.log
  if [ -z "${LLMSYS_NO_BUILD:-}" ]; then
    python=$(find_python)
    if [ -z "$python" ]; then
      problem 1 "the Python package cannot be measured here" "there is no Python 3.10 or later with venv and pip" \
        "install it, on Debian: apt-get install --no-install-recommends python3-venv"
    fi
    (build_native) || exit 1
    mkdir -p "$python_home"
    take_lock python 'builds the Python package'
    echo "llmsys: building the Python package ($log has the details)" >&2
    if ! { python_environment "$python" && python_install; } >"$log" 2>&1 </dev/null; then
      tail -n 25 "$log" >&2
      problem 1 "the Python package could not be built" "see the lines above; all of it is in $log" \
        "mend the source, or remove python/target and try again"
    fi
    release_lock
  elif ! "$python_home/venv/bin/python" -c 'import llmsys' >/dev/null 2>&1; then
    problem 1 "there is no Python package to measure" "$python_home/venv has none, and LLMSYS_NO_BUILD forbids to build it" \
      "run ./llmsys bench python without LLMSYS_NO_BUILD"
  fi
  exec "$python_home/venv/bin/python" "$root/python/bench/run.py" "$@"
}
