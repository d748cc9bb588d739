# shellcheck shell=bash
# ./llmsys dist: sourced by the launcher when everything is built. Writes a folder that runs with only a JDK, and a zip of it.
# shellcheck disable=SC2154   # root, jdk, home, jars, help and problem are the launcher's
#
#   llmsys-0.1.0/
#     llmsys          this script, unchanged: it finds lib/ where a checkout has sources
#     lib/            the launcher, the framework, the bundles; the native engine lies in its bundle when it was built
#     help/           the pages of --help
#     workspace/      the shipped model, its corpus, the drop-in folder for plug-ins

dist_out=$root/target/dist

read_dist_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --out)
        if [ $# -lt 2 ]; then problem 2 "--out needs a folder" "nothing follows it" "write ./llmsys dist --out FOLDER"; fi
        case $2 in /*) dist_out=$2 ;; *) dist_out=$PWD/$2 ;; esac
        shift 2
        ;;
      *) problem 2 "dist has no option $1" "its option is --out" "./llmsys dist --help shows it" ;;
    esac
  done
}

# Everything goes into a folder beside the final one, which takes its place when it is complete.
fill_dist() { # folder
  mkdir -p "$1/lib" "$1/workspace/plugins" || return 1
  cp "$root/llmsys" "$root/LICENSE" "$1/" &&
    cp -R "$help" "$1/help" &&
    cp "${jars[@]}" "$1/lib/" &&
    cp -R "$root/workspace/model" "$root/workspace/corpus" "$root/workspace/etc" "$1/workspace/" &&
    cp "$root/workspace/plugins/README.md" "$1/workspace/plugins/" &&
    cp "$root/launcher/src/main/dist/README.md" "$1/" || return 1
  find "$1" -type d -exec chmod 755 {} + && find "$1" -type f -exec chmod 644 {} + && chmod 755 "$1/llmsys"
}

zip_folder() { # folder, name of the top inside
  "$jdk/bin/java" -Duser.timezone=UTC -XX:+UseSerialGC -cp "$launcher" org.llmsys.launcher.FolderZip "$1" "$2" "$1.zip"
}

write_dist() {
  read_dist_options "$@"
  find_jars
  if [ ! -f "${jars[0]}" ]; then
    problem 1 "there is nothing to distribute" "the bundles were not built" "run ./llmsys dist without LLMSYS_NO_BUILD"
  fi
  local launcher version name fresh
  launcher=$(printf '%s\n' "${jars[@]}" | grep '/org\.llmsys\.launcher-[^/]*$')
  version=${launcher##*/org.llmsys.launcher-}
  name=llmsys-${version%.jar}
  take_lock dist 'writes a distribution'
  fresh=$dist_out/$name.new
  rm -rf "$fresh" "$fresh.zip"
  if ! fill_dist "$fresh" || ! zip_folder "$fresh" "$name"; then
    rm -rf "$fresh" "$fresh.zip"
    problem 1 "cannot write the distribution to $dist_out" "a file could not be written; the lines above say which" \
      "free some space, or choose another folder: ./llmsys dist --out FOLDER"
  fi
  rm -rf "${dist_out:?}/$name.old"
  if [ -d "$dist_out/$name" ]; then mv "$dist_out/$name" "$dist_out/$name.old"; fi
  mv "$fresh" "$dist_out/$name" && mv "$fresh.zip" "$dist_out/$name.zip"
  rm -rf "${dist_out:?}/$name.old"
  release_lock
  echo "$dist_out/$name"
  echo "$dist_out/$name.zip"
  case $(cd "$dist_out/$name/lib" && "$jdk/bin/jar" tf org.llmsys.bindings-*.jar 2>/dev/null) in
    *native/*) ;;
    *) echo "llmsys: without the native engine; ./llmsys build native first takes it in" >&2 ;;
  esac
}
