# Finds a JDK of Java 25 or newer and exports its folder as JAVA_HOME; exit 2 and one sentence when there is none.
# Sourced by `mvnw` and `penstock`, so: POSIX sh, correct under `set -euf`, nothing left behind but JAVA_HOME.
# A version is read from the folder's `release` file: starting java to ask would cost more than all the rest.
# PENSTOCK_FIND=java accepts a runtime without a compiler, which is enough where nothing is built.

# Keeps $1 if it is the home of a fitting JDK: answers 0 for exactly 25, remembers a newer one as second choice.
penstock_try_home() {
  [ -r "$1/release" ] && [ -x "$1/bin/java" ] || return 1
  [ "${PENSTOCK_FIND-}" = java ] || [ -x "$1/bin/javac" ] || return 1
  penstock_version=
  while IFS= read -r penstock_line || [ -n "$penstock_line" ]; do
    case $penstock_line in
    JAVA_VERSION=*)
      penstock_version=${penstock_line#JAVA_VERSION=}
      break
      ;;
    esac
  done <"$1/release"
  penstock_version=${penstock_version#\"}
  penstock_version=${penstock_version%%[!0-9]*}
  [ -n "$penstock_version" ] || return 1
  if [ "$penstock_version" -eq 25 ]; then
    penstock_home=$1
    return 0
  fi
  if [ "$penstock_version" -gt 25 ] && [ -z "$penstock_newer" ]; then
    penstock_newer=$1
  fi
  return 1
}

# The homes that Maven's toolchains name, one at a time; ${env.X} and ${user.home} are what Maven makes of them.
penstock_try_toolchains() {
  [ -r "$1" ] || return 1
  while IFS= read -r penstock_entry || [ -n "$penstock_entry" ]; do
    case $penstock_entry in
    *"<jdkHome>"*"</jdkHome>"*) ;;
    *) continue ;;
    esac
    penstock_entry=${penstock_entry#*<jdkHome>}
    penstock_entry=${penstock_entry%%</jdkHome>*}
    case $penstock_entry in
    "\${user.home}"*) penstock_entry=${HOME-}${penstock_entry#"\${user.home}"} ;;
    "\${env."*"}"*)
      penstock_name=${penstock_entry#"\${env."}
      penstock_rest=${penstock_name#*\}}
      penstock_name=${penstock_name%%\}*}
      case $penstock_name in
      '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
      esac
      eval "penstock_entry=\${$penstock_name-}\$penstock_rest"
      ;;
    esac
    penstock_try_home "$penstock_entry" && return 0
  done <"$1"
  return 1
}

# The home that a `java` on the PATH belongs to, behind whatever links lead there.
penstock_try_path() {
  penstock_java=$(command -v java 2>/dev/null) || return 1
  penstock_java=$(readlink -f "$penstock_java" 2>/dev/null) || return 1
  penstock_try_home "${penstock_java%/bin/java}"
}

# The folders that packages, installers and version managers use. Where several fit, the first in order is taken.
penstock_try_folders() {
  for penstock_folder in \
    "${JAVA_HOME_25_X64-}" "${JAVA_HOME_25_ARM64-}" \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/* /opt/*/jdk* /opt/java/* /usr/local/*jdk* /usr/local/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    "${SDKMAN_DIR:-${HOME-}/.sdkman}"/candidates/java/* \
    "${HOME-}"/.jdks/* "${HOME-}"/.jdks/*/Contents/Home \
    "${GRADLE_USER_HOME:-${HOME-}/.gradle}"/jdks/* \
    "${GRADLE_USER_HOME:-${HOME-}/.gradle}"/jdks/*/Contents/Home \
    "${ASDF_DATA_DIR:-${HOME-}/.asdf}"/installs/java/* \
    "${MISE_DATA_DIR:-${XDG_DATA_HOME:-${HOME-}/.local/share}/mise}"/installs/java/* \
    "${JABBA_HOME:-${HOME-}/.jabba}"/jdk/* "${HOME-}"/.jenv/versions/* "${HOME-}"/.jbang/cache/jdks/* \
    "${HOME-}"/.local/share/jdks/* "${HOME-}"/jdk* "${HOME-}"/java/* \
    "${CONDA_PREFIX:-/none}"/lib/jvm /snap/openjdk/current/jdk; do
    penstock_try_home "$penstock_folder" && return 0
  done
  return 1
}

penstock_find_jdk() {
  penstock_home= penstock_newer=
  # Whoever set JAVA_HOME to a fitting JDK, 25 or newer, has chosen.
  if [ -n "${JAVA_HOME-}" ]; then
    penstock_try_home "${JAVA_HOME%/}" && return 0
    if [ -n "$penstock_newer" ]; then
      penstock_home=$penstock_newer
      return 0
    fi
  fi
  penstock_try_path && return 0
  penstock_try_toolchains "${HOME-}/.m2/toolchains.xml" && return 0
  penstock_globbing=$-
  set +f
  penstock_try_folders || penstock_home=$penstock_newer
  case $penstock_globbing in
  *f*) set -f ;;
  esac
  [ -n "$penstock_home" ]
}

if penstock_find_jdk; then
  JAVA_HOME=$penstock_home
  export JAVA_HOME
else
  printf '%s\n' "Penstock needs a JDK 25 or newer and found none in JAVA_HOME (${JAVA_HOME:-not set}), on the PATH, in \
~/.m2/toolchains.xml, in the usual folders (/usr/lib/jvm, /opt, /Library/Java, Homebrew) or under SDKMAN, asdf, mise, \
IntelliJ and Gradle: set JAVA_HOME, or install one with 'sdk install java 25-tem', 'apt-get install temurin-25-jdk' or \
'brew install openjdk@25'." >&2
  exit 2
fi
unset penstock_home penstock_newer penstock_version penstock_line penstock_entry penstock_name penstock_rest \
  penstock_java penstock_folder penstock_globbing
unset -f penstock_try_home penstock_try_toolchains penstock_try_path penstock_try_folders penstock_find_jdk
