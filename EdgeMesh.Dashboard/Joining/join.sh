#!/bin/sh
# Installs EdgeMesh's agent from the dashboard at @BASE@ and joins its mesh.
#   { echo EDGEMESH_TOKEN=TOKEN; curl …; } | sh -s -- [--run | --no-service] [--name NAME]
# The token comes by the pipe or the environment and goes to the agent by its input: every user of this computer can read the arguments of a process.
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
  token=${EDGEMESH_TOKEN:-} mode=service name=
  unset EDGEMESH_TOKEN
  while [ $# -gt 0 ]; do
    case $1 in
      --run) mode=run ;;
      --no-service) mode=none ;;
      --name) [ $# -gt 1 ] || fail '--name needs a name.'; name=$2; shift ;;
      -*) fail "$1 is not known here: --run, --no-service or --name NAME." ;;
      *) fail 'The token is not an argument: every user of this computer could read it. Copy the whole line from "Add a device".' ;;
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
  kept=$home/installed
  if [ -r "$kept" ] && [ "$(sed -n 's/^base //p' "$kept")" = "$base" ] && [ "$(sed -n 's/^pin //p' "$kept")" != "$pin" ]; then
    say "The dashboard at $base has another key than when this agent was installed. The line that you pasted names the new one: it must be from the dashboard itself."
  fi
  if [ -r "$kept" ] && [ "$(sed -n 's/^sha256 //p' "$kept")" = "$wanted" ] && "$home/agent/edgemesh-agent" --version >/dev/null 2>&1 </dev/null; then
    say "The agent in $home/agent is the dashboard's already (SHA-256 $wanted)"
  else
    install
  fi
  (umask 077 && printf 'base %s\npin %s\nsha256 %s\n' "$base" "$pin" "$wanted" >"$kept")

  # Not exec'd before: the temporary folder goes first.
  rm -rf "$new"
  trap - EXIT
  set --
  [ -z "$name" ] || set -- --name "$name"
  case $mode in
    run) set -- "$@" --run ;;
    service) set -- "$@" --service ;;
  esac
  exec "$home/agent/edgemesh-agent" join - "$@" <<TOKEN
$token
TOKEN
}

install() {
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
}

main "$@"
