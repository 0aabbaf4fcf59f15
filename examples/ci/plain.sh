#!/bin/sh
# Any machine with a shell, git and costplan: compare with a base, gate, leave files in a folder.
#     examples/ci/plain.sh [WORKLOAD [BASE [FOLDER]]]
set -eu
workload=${1:-costplan.toml}
base=${2:-origin/main}
out=${3:-costplan-report}
# Nothing outside of this folder is read or written, and nothing that git is asked runs what a change
# brings.
export COSTPLAN_ROOT="${COSTPLAN_ROOT:-$PWD}"
git() {
  GIT_ALLOW_PROTOCOL='' command git --no-replace-objects -c safe.bareRepository=explicit \
    -c core.hooksPath=/dev/null -c core.fsmonitor=false -c log.showSignature=false "$@"
}
day=${COSTPLAN_AS_OF:-$(TZ=UTC0 git log -1 --format=%cd --date=format-local:%Y-%m-%d)} # the commit's own day

mkdir -p -- "$out"
costplan diff --base="$base" --as-of="$day" --save=json="$out/diff.json" -- "$workload"

code=0
costplan check --as-of="$day" --base="$base" --save=json="$out/check.json" --save=junit="$out/junit.xml" -- "$workload" || code=$?
case $code in
  0) echo "within budget" ;;
  1) echo "denied: see $out/check.json" ;;
  3) echo "a price is missing or stale: see $out/check.json" ;;
  *) echo "the workload cannot be checked" ;;
esac
exit "$code"
