# shellcheck shell=bash
# The native engine: sourced by the launcher for ./llmsys build native, and by the tests.
# shellcheck disable=SC2154   # root, jdk, home and problem are the launcher's

native_build=$root/native/target/build          # CMake's
native_library=$root/native/target/lib          # what the bindings bundle takes in

# What is missing to build it at all, one a line: tool, Debian's package.
native_missing() {
  command -v cmake >/dev/null 2>&1 || echo "cmake cmake"
  if ! command -v c++ >/dev/null 2>&1 && ! command -v g++ >/dev/null 2>&1 && ! command -v clang++ >/dev/null 2>&1; then echo "c++ g++"; fi
  if ! command -v ninja >/dev/null 2>&1 && ! command -v make >/dev/null 2>&1; then echo "ninja ninja-build"; fi
}

# Configures and builds; the log is told to the caller by its path. Arguments go to CMake.
native_compile() {
  local generator=()
  if [ ! -f "$native_build/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then generator=(-G Ninja); fi
  JAVA_HOME=$jdk cmake -S "$root/native" -B "$native_build" ${generator[@]+"${generator[@]}"} -DCMAKE_BUILD_TYPE=Release "$@" &&
    cmake --build "$native_build" --parallel &&
    cmake --install "$native_build" --prefix "$native_library" --component library
}

build_native() {
  local missing
  missing=$(native_missing)
  if [ -n "$missing" ]; then
    problem 1 "the native engine cannot be built here" "missing: $(echo "$missing" | cut -d' ' -f1 | paste -sd, - | sed 's/,/, /g')" \
      "install what is missing, on Debian: apt install $(echo "$missing" | cut -d' ' -f2 | paste -sd' ' -); without it everything works in Java"
  fi
  take_lock native 'builds the native engine'
  local log=$home/log/native.log
  echo "llmsys: building the native engine (a minute or two the first time; $log has the details)" >&2
  if ! native_compile "$@" >"$log" 2>&1 </dev/null; then
    grep -E 'error|Error|undefined' "$log" | head -n 25 >&2
    problem 1 "the native build failed" "see the lines above; all of it is in $log" "mend the source, or remove native/target and try again"
  fi
  release_lock
  if ! command -v cargo >/dev/null 2>&1; then
    echo "llmsys: without cargo: no data pipeline and no server, memory by the allocator in C++ (rustup.rs has cargo)" >&2
  fi
}

# ---- the tests ------------------------------------------------------------------------------------------------------------------------

# Runs CTest in a build folder and adds to native_passed, native_failed, native_skipped.
native_ctest() { # build folder, words for ctest
  local folder=$1 report=$1/tests.xml sums
  shift
  rm -f "$report"
  ctest --test-dir "$folder" --output-on-failure --timeout 900 --output-junit "$report" "$@" || native_status=1
  sums=$(sed -n 's/.*<testsuite .*tests="\([0-9]*\)".*/\1/p; s/.*[ \t]tests="\([0-9]*\)".*/\1/p' "$report" 2>/dev/null | head -n 1)
  local failed skipped
  failed=$(grep -c '<failure' "$report" 2>/dev/null)
  skipped=$(grep -c '<skipped' "$report" 2>/dev/null)
  native_failed=$((native_failed + failed))
  native_skipped=$((native_skipped + skipped))
  native_passed=$((native_passed + ${sums:-0} - failed - skipped))
}

native_cargo_test() {
  local log=$home/log/cargo-test.log passed failed skipped
  (cd "$root/native/memory" && CARGO_TARGET_DIR=$native_build/cargo cargo test --locked "$@") >"$log" 2>&1 </dev/null || { native_status=1; tail -n 40 "$log"; }
  read -r passed failed skipped <<<"$(awk '/^test result:/ { for (i = 1; i < NF; i++) { if ($(i + 1) ~ /^passed/) p += $i; if ($(i + 1) ~ /^failed/) f += $i; if ($(i + 1) ~ /^ignored/) s += $i } }
    END { print p + 0, f + 0, s + 0 }' "$log")"
  native_passed=$((native_passed + passed))
  native_failed=$((native_failed + failed))
  native_skipped=$((native_skipped + skipped))
  echo "cargo test: $passed passed, $failed failed, $skipped skipped"
}

# The engine's own tests, over the library that the Java tests use too. With "all" under the sanitizers as well.
test_native() { # all, or nothing
  native_passed=0 native_failed=0 native_skipped=0 native_status=0
  if [ -n "$(native_missing)" ]; then
    echo "the native engine is not tested: missing $(native_missing | cut -d' ' -f1 | paste -sd' ' -)"
    return
  fi
  if ! (build_native -DLLMSYS_TESTS=ON); then                    # the tests of Java run all the same
    native_failed=1 native_status=1
    return
  fi
  native_ctest "$native_build"
  if command -v cargo >/dev/null 2>&1; then native_cargo_test; fi
  if [ "${1:-}" = all ]; then
    if native_sanitized address,undefined; then native_jvm_test "$root/native/target/address"; fi
    # The sanitizer of threads does not see into Rust, so the allocator is the one in C++; the rooms are those whose code shares memory.
    native_sanitized thread -DLLMSYS_RUST=OFF -DLLMSYS_JNI=OFF "-DLLMSYS_TEST_ROOMS=core;attention;inference;matmul;training"
  fi
}

# Builds the engine and its tests under a sanitizer, in a folder named after it, and runs them: malformed files four times as many as in the short lane.
native_sanitized() { # kinds, words for CMake
  local kind=$1 folder=$root/native/target/${1%%,*} log=$home/log/native-${1%%,*}.log generator=()
  shift
  if [ ! -f "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then generator=(-G Ninja); fi
  echo "the native engine under the sanitizer $kind (building takes several minutes; $log has the details)"
  if JAVA_HOME=$jdk cmake -S "$root/native" -B "$folder" ${generator[@]+"${generator[@]}"} -DLLMSYS_SANITIZE="$kind" "$@" >"$log" 2>&1 </dev/null &&
    cmake --build "$folder" --parallel >>"$log" 2>&1 </dev/null; then
    # A refused allocation is an answer of the engine, not a mistake of its caller.
    # The long run of training is left out: it takes ten minutes here, and shorter tests run all of its code.
    LLMSYS_FUZZ=4 ASAN_OPTIONS=allocator_may_return_null=1 TSAN_OPTIONS=allocator_may_return_null=1 \
      native_ctest "$folder" --exclude-regex Trainer.LearnsShakespeareAsOthersDo
  else
    tail -n 20 "$log"
    native_failed=$((native_failed + 1)) native_status=1
    return 1
  fi
}

# The tests of the bindings in a JVM that checks every call of JNI, over the library with the sanitizers. They must be in the process before the JVM's
# own libraries; the JVM uses SIGSEGV itself, and keeps memory to its end.
native_jvm_test() { # folder with the library
  local log=$home/log/native-jvm.log preload found
  preload="$(c++ -print-file-name=libasan.so):$(c++ -print-file-name=libstdc++.so)"
  case $preload in /*:/*) ;; *) echo "the bindings are not tested under the sanitizers: $(c++ --version | head -n 1) has no libasan.so"; return ;; esac
  find_maven
  echo "the bindings in a JVM with -Xcheck:jni over the library with sanitizers ($log has the details)"
  if ! (cd "$root" && LD_PRELOAD=$preload ASAN_OPTIONS=handle_segv=0:detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
    JAVA_HOME=$jdk "$maven" -B -ntp verify -pl bundles/14-bindings -am -Dtest='org.llmsys.bindings.**' -Dsurefire.failIfNoSpecifiedTests=false \
    -Dtest.jvm.flags="--enable-native-access=ALL-UNNAMED -Xcheck:jni -Djava.library.path=$1") >"$log" 2>&1 </dev/null; then
    native_failed=$((native_failed + 1)) native_status=1
    tail -n 40 "$log"
  fi
  found=$(grep -E 'AddressSanitizer|runtime error:|in native method|JNI local refs|JNI call made' "$log" | head -n 5)
  if [ -n "$found" ]; then
    native_failed=$((native_failed + 1)) native_status=1
    echo "$found"
  fi
}
