#!/bin/sh
# Installs EdgeMesh's agent from the dashboard at @BASE@ and joins its mesh.
#   … | sh -s -- TOKEN [--run | --no-service] [--name NAME]
# --run: run in the foreground, install no service. --no-service: only install and join.
# Nothing runs before the whole script has come: all is in main, called in the last line.
set -eu
base='@BASE@'
pin='@PIN@' # SHA-256 of the dashboard's public key; empty when it is on this computer

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

fetch() {
  if [ -n "$pin" ]; then curl -fsSk --pinnedpubkey "sha256//$pin" "$@"; else curl -fsS "$@"; fi
}

platform() {
  system=$(uname -s) machine=$(uname -m)
  if [ "$(uname -o 2>/dev/null || true)" = Android ]; then
    fail 'This is Termux itself. The agent needs a Debian inside it: use the Android line from "Add a device".'
  fi
  case "$system-$machine" in
    Linux-x86_64 | Linux-amd64) say linux-x64 ;;
    Linux-aarch64 | Linux-arm64) say linux-arm64 ;;
    Darwin-arm64) say osx-arm64 ;;
    *) fail "There is no agent for $system on $machine. It runs on Linux (x64, arm64), macOS (Apple silicon) and Windows." ;;
  esac
}

sum() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1" | cut -d' ' -f1; else shasum -a 256 "$1" | cut -d' ' -f1; fi
}

main() {
  token= mode=service name=
  while [ $# -gt 0 ]; do
    case $1 in
      --run) mode=run ;;
      --no-service) mode=none ;;
      --name) [ $# -gt 1 ] || fail '--name needs a name.'; name=$2; shift ;;
      -*) fail "$1 is not known here: --run, --no-service or --name NAME." ;;
      *) token=$1 ;;
    esac
    shift
  done
  [ -n "$token" ] || fail 'The join token is missing: copy the whole line from "Add a device".'
  command -v curl >/dev/null 2>&1 || fail 'This needs curl.'
  command -v tar >/dev/null 2>&1 || fail 'This needs tar.'

  rid=$(platform)
  if [ "$(id -u)" = 0 ]; then home=/opt/edgemesh bin=/usr/local/bin; else home=$HOME/.local/share/edgemesh bin=$HOME/.local/bin; fi
  home=${EDGEMESH_HOME:-$home} bin=${EDGEMESH_BIN:-$bin}
  mkdir -p "$home" "$bin"
  new=$(mktemp -d "$home/new.XXXXXX")
  trap 'rm -rf "$new"' EXIT

  wanted=$(fetch "$base/download/agent/$rid/sha256") || fail "The dashboard has no agent for $rid yet. On the dashboard's computer, in EdgeMesh's folder: eng/publish-agents $rid"
  say "Fetching the agent for $rid from $base"
  fetch -o "$new/agent.tar.gz" "$base/download/agent/$rid"
  got=$(sum "$new/agent.tar.gz")
  [ "$got" = "$wanted" ] || fail "What came is not what the dashboard has (SHA-256 $got, expected $wanted). Try again."
  say "SHA-256 $got, as the dashboard says"
  mkdir "$new/agent"
  tar -xzf "$new/agent.tar.gz" -C "$new/agent"
  "$new/agent/edgemesh-agent" --version >/dev/null 2>&1 </dev/null || fail "The agent does not start here: $("$new/agent/edgemesh-agent" --version 2>&1 </dev/null | head -n 3)"
  rm -rf "$home/old"
  if [ -e "$home/agent" ]; then mv "$home/agent" "$home/old"; fi
  mv "$new/agent" "$home/agent"
  rm -rf "$home/old"
  ln -sf "$home/agent/edgemesh-agent" "$bin/edgemesh-agent"
  say "Installed $("$bin/edgemesh-agent" --version </dev/null) in $home/agent"

  # Not exec'd before: the temporary folder goes first.
  rm -rf "$new"
  trap - EXIT
  set -- "$token"
  [ -z "$name" ] || set -- "$@" --name "$name"
  case $mode in
    run) exec "$home/agent/edgemesh-agent" join "$@" --run </dev/null ;;
    service) exec "$home/agent/edgemesh-agent" join "$@" --service </dev/null ;;
    none) exec "$home/agent/edgemesh-agent" join "$@" </dev/null ;;
  esac
}

main "$@"
