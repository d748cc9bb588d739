# shellcheck shell=bash
# ./llmsys test: sourced by the launcher with the JDK found and the words after "test" as arguments. The native engine is built and tested where its
# tools are, then Maven runs the tests of Java, then pytest those of the Python package where Python is, and node those
# of the browser where Emscripten is; then all reports are added up.
# shellcheck disable=SC2154   # root, jdk, maven and home are the launcher's

# shellcheck source=launcher/src/main/sh/native.sh
. "$root/launcher/src/main/sh/native.sh"
# shellcheck source=launcher/src/main/sh/python.sh
. "$root/launcher/src/main/sh/python.sh"
# shellcheck source=launcher/src/main/sh/wasm.sh
. "$root/launcher/src/main/sh/wasm.sh"

options=() lane='' native=yes
for word in "$@"; do
  case $word in
    --all) options+=(-Dtest.excluded=none) lane=all ;;
    -pl | --projects) options+=("$word") native=no ;;           # somebody wants to see one module
    *) options+=("$word") ;;
  esac
done

native_passed=0 native_failed=0 native_skipped=0 native_status=0
if [ $native = yes ]; then test_native $lane; fi

started=$home/tests-started
touch "$started"
find_maven
# A failed test does not keep the rooms above from being tested: failures are counted from the reports below.
(cd "$root" && JAVA_HOME=$jdk "$maven" -B -ntp --fail-at-end -Dmaven.test.failure.ignore=true verify ${options[@]+"${options[@]}"})
status=$?

python_passed=0 python_failed=0 python_skipped=0 python_status=0
if [ $native = yes ]; then JAVA_HOME=$jdk test_python; fi
wasm_passed=0 wasm_failed=0 wasm_skipped=0 wasm_status=0
if [ $native = yes ]; then test_wasm; fi

# The attributes of <testsuite ...> in the reports written since the start.
totals=$(find "$root"/bundles/*/target/surefire-reports "$root"/workspace/examples/target/surefire-reports \
  "$root"/launcher/target/surefire-reports "$root"/integration-tests/target/surefire-reports \
  -name 'TEST-*.xml' -newer "$started" -exec awk '
    /<testsuite / && !seen[FILENAME]++ {
      for (i = split("tests errors skipped failures", names, " "); i > 0; i--)
        if (match($0, " " names[i] "=\"[0-9]+\"")) {
          split(substr($0, RSTART, RLENGTH), parts, "\"")
          sum[names[i]] += parts[2]
        }
    }
    END { print sum["tests"] + 0, sum["errors"] + sum["failures"] + 0, sum["skipped"] + 0 }' {} + 2>/dev/null |
  awk '{ tests += $1; failed += $2; skipped += $3 } END { print tests - failed - skipped, failed + 0, skipped + 0 }')
rm -f "$started"
read -r passed failed skipped <<<"$totals"
passed=$((passed + native_passed + python_passed + wasm_passed))
failed=$((failed + native_failed + python_failed + wasm_failed))
skipped=$((skipped + native_skipped + python_skipped + wasm_skipped))
if [ "$status" -eq 0 ]; then status=$native_status; fi
if [ "$status" -eq 0 ]; then status=$python_status; fi
if [ "$status" -eq 0 ]; then status=$wasm_status; fi
if [ "$status" -eq 0 ] && [ "$failed" -ne 0 ]; then status=1; fi
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then echo "the build stopped before or beside the tests; see the lines above" >&2; fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
