#!/bin/sh
# scripts/dotnet.sh ARGUMENTS... - runs dotnet so that nothing stays behind: no build server, and not
# the empty folders that `dotnet build` leaves in the folder for temporary files. That folder's path
# must be short (sockets), so it is not below the build folder.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
# NuGet's lock is there for all its processes, so it stays where it is.
export NUGET_SCRATCH="${NUGET_SCRATCH:-${TMPDIR:-/tmp}/NuGetScratch$(id -un)}"
TMPDIR=$(mktemp -d) || exit 1
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
"${CORERT_DOTNET:-dotnet}" "$@"
