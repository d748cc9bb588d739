# shellcheck shell=bash
# The engine as WebAssembly: sourced by the launcher for ./llmsys build wasm and ./llmsys wasm-demo, and by the tests.
# shellcheck disable=SC2154   # root, jdk, home and problem are the launcher's

wasm_build=$root/wasm/target/build              # CMake's
wasm_dist=$root/wasm/dist                       # engine.js and engine.wasm, beside which src/ is a package

# Debian's emcc finds its own node modules only when told where they lie.
wasm_environment() {
  local modules
  modules=$(dpkg -L node-acorn 2>/dev/null | sed -n 's|/acorn$||p' | head -n 1)
  if [ -n "$modules" ]; then export NODE_PATH=$modules${NODE_PATH:+:$NODE_PATH}; fi
}

# What is missing to build it, one a line: tool, Debian's package.
wasm_missing() {
  command -v emcc >/dev/null 2>&1 || echo "emcc emscripten"
  command -v cmake >/dev/null 2>&1 || echo "cmake cmake"
  command -v node >/dev/null 2>&1 || echo "node nodejs"
  if ! command -v ninja >/dev/null 2>&1 && ! command -v make >/dev/null 2>&1; then echo "ninja ninja-build"; fi
}

# The rustc that has the sources of its library, which cargo compiles for WebAssembly; nothing when there is none.
wasm_rustc() {
  local each
  command -v cargo >/dev/null 2>&1 || return 0
  for each in /usr/bin/rustc "$(command -v rustc)"; do
    if [ -x "$each" ] && [ -f "$("$each" --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/std/Cargo.toml" ]; then
      echo "$each"
      return 0
    fi
  done
}

# Names what is missing; as root on Debian it offers to install that, and does so only when a person says yes.
wasm_require() {
  local missing packages answer
  missing=$(wasm_missing)
  [ -n "$missing" ] || return 0
  packages=$(echo "$missing" | cut -d' ' -f2 | paste -sd' ' -)
  local tools command="apt-get install --no-install-recommends $packages"
  tools=$(echo "$missing" | cut -d' ' -f1 | paste -sd, - | sed 's/,/, /g')
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && [ -t 0 ] && [ -t 2 ]; then
    printf 'The engine for the browser cannot be built: missing %s.\nRun "%s" now? [y/N] ' "$tools" "$command" >&2
    read -r answer
    case $answer in
      y | Y | yes)
        # shellcheck disable=SC2086
        apt-get install --no-install-recommends $packages >&2 && [ -z "$(wasm_missing)" ] && return 0
        ;;
    esac
  fi
  problem 1 "the engine for the browser cannot be built here" "missing: $tools" \
    "install what is missing, on Debian: $command; nothing else in llmsys needs it"
}

wasm_compile() { # words for CMake
  local generator=() rustc
  if [ ! -f "$wasm_build/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then generator=(-G Ninja); fi
  rustc=$(wasm_rustc)
  emcmake cmake -S "$root/wasm" -B "$wasm_build" ${generator[@]+"${generator[@]}"} \
    -DLLMSYS_OUTPUT="$wasm_build/out" -DLLMSYS_RUSTC="$rustc" "$@" || return 1
  if ! cmake --build "$wasm_build" --parallel; then
    [ -n "$rustc" ] || return 1
    echo "the allocator in Rust could not be built: the one in C++ takes its place"
    emcmake cmake -S "$root/wasm" -B "$wasm_build" -DLLMSYS_RUSTC= "$@" && cmake --build "$wasm_build" --parallel || return 1
  fi
  # Both files or none: what is linked half does not fit what was there.
  rm -rf "$wasm_dist.new" && mkdir "$wasm_dist.new" && cp "$wasm_build"/out/engine.{js,wasm} "$wasm_dist.new/" &&
    rm -rf "$wasm_dist" && mv "$wasm_dist.new" "$wasm_dist"
}

build_wasm() {
  wasm_require
  take_lock wasm 'builds the engine for the browser'
  wasm_environment
  local log=$home/log/wasm.log
  echo "llmsys: building the engine for the browser (some minutes the first time; $log has the details)" >&2
  if ! wasm_compile "$@" >"$log" 2>&1 </dev/null; then
    grep -E 'error|Error|undefined' "$log" | head -n 25 >&2
    problem 1 "the build for the browser failed" "see the lines above; all of it is in $log" "mend the source, or remove wasm/target and try again"
  fi
  release_lock
  if [ ! -f "$wasm_build/cargo/wasm32-unknown-emscripten/release/libllmsys_wasm_memory.a" ]; then
    echo "llmsys: memory by the allocator in C++ (the one in Rust needs cargo, rustc-web and rust-web-src; $log says more)" >&2
  fi
}

# A folder that any web server can show: the page, the package, the engine, the shipped model.
wasm_site() { # folder
  rm -rf "$1.new" && mkdir -p "$1.new/model" &&
    cp -R "$root/wasm/demo" "$root/wasm/src" "$wasm_dist" "$1.new/" &&
    cp "$root"/workspace/model/{model.safetensors,config.json,tokenizer.json} "$root/workspace/corpus/stories.txt" "$1.new/model/" &&
    rm -rf "$1" && mv "$1.new" "$1"
}

wasm_demo() { # words after wasm-demo
  local port=8766 site=$root/wasm/target/site
  while [ $# -gt 0 ]; do
    case $1 in
      --port)
        port=${2:-}
        case $port in
          '' | *[!0-9]* | ??????*)
            problem 2 "--port cannot be $port" "it is a number from 0 to 65535" "write for example --port 8766, or 0 for any that is free"
            ;;
        esac
        shift 2
        ;;
      *) problem 2 "wasm-demo does not know $1" "its only option is --port N" "see ./llmsys wasm-demo --help" ;;
    esac
  done
  if [ -z "${LLMSYS_NO_BUILD:-}" ] || [ ! -f "$wasm_dist/engine.wasm" ]; then build_wasm; fi
  wasm_site "$site" || problem 1 "the page could not be put together" "$site cannot be written" "free some space"
  if [ "$port" = 0 ]; then
    echo "llmsys: open demo/ behind the address that follows (this machine only; Ctrl-C ends it)" >&2
  else
    echo "llmsys: open http://127.0.0.1:$port/demo/ (this machine only; Ctrl-C ends it)" >&2
  fi
  exec "$jdk/bin/jwebserver" --bind-address 127.0.0.1 --port "$port" --directory "$site" --output info
}

# ---- the tests ------------------------------------------------------------------------------------------------------------------------

# node's own runner over wasm/tests, the page's in Chromium where it and playwright-core are; adds to wasm_passed, wasm_failed, wasm_skipped.
test_wasm() {
  wasm_passed=0 wasm_failed=0 wasm_skipped=0 wasm_status=0
  if [ -n "$(wasm_missing)" ]; then
    echo "the engine for the browser is not tested: missing $(wasm_missing | cut -d' ' -f1 | paste -sd' ' -)"
    return
  fi
  if ! (build_wasm) || ! wasm_site "$root/wasm/target/site"; then
    wasm_failed=1 wasm_status=1
    return
  fi
  local log=$home/log/wasm-test.log
  (cd "$root/wasm" && timeout 900 node --test --test-reporter=tap tests/) >"$log" 2>&1 </dev/null || wasm_status=1
  wasm_passed=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$log")
  wasm_failed=$(sed -n 's/^# fail \([0-9]*\)$/\1/p' "$log")
  wasm_skipped=$(sed -n 's/^# skipped \([0-9]*\)$/\1/p' "$log")
  wasm_passed=${wasm_passed:-0} wasm_failed=${wasm_failed:-1} wasm_skipped=${wasm_skipped:-0}
  if [ $wasm_status -ne 0 ]; then grep -B2 -A25 '^ *not ok' "$log" | head -n 80; fi
  grep -oE '# SKIP .*' "$log" | sort | uniq -c | sed 's/^ */not tested: /; s/# SKIP //'
  echo "node --test: $wasm_passed passed, $wasm_failed failed, $wasm_skipped skipped"
}
