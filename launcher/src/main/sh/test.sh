# shellcheck shell=bash
# ./llmsys test: sourced by the launcher with the JDK found and the words after "test" as arguments. Maven runs the tests; then their
# reports are added up.
# shellcheck disable=SC2154   # root, jdk, maven and home are the launcher's

options=()
for word in "$@"; do
  case $word in
    --all) options+=(-Dtest.excluded=none) ;;
    *) options+=("$word") ;;
  esac
done

started=$home/tests-started
touch "$started"
find_maven
(cd "$root" && JAVA_HOME=$jdk "$maven" -B -ntp --fail-at-end verify ${options[@]+"${options[@]}"})
status=$?

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
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then echo "the build stopped before or beside the tests; see the lines above" >&2; fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
