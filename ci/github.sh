#!/usr/bin/env bash
# What the GitHub Action does. action.yml hands everything over in the environment, so that no
# value is ever pasted into a script:
#
#   INPUT_WORKLOAD     the workload file (costplan.toml)
#   INPUT_BASE         a revision to compare with; else what the event says
#   INPUT_AS_OF        the day whose prices apply: a date, "today", or empty for the commit's own day
#   INPUT_LOCK         a lock file, "none", or empty for costplan.lock beside the workload
#   INPUT_LOCKED       true: prices must be exactly as the lock pins them
#   INPUT_CHECK        true: gate; false: only compare and comment
#   INPUT_POLICY       policy files, one a line
#   INPUT_STACK        only these stacks, one a line
#   INPUT_MAX_TOTAL    a month, at most
#   INPUT_MAX_INCREASE over the base, at most: 10% or 500
#   INPUT_COMMENT      true: keep a comment on the pull request
#   INPUT_BEHAVIOR     update, new, hide-and-new, delete-and-new
#   INPUT_TAG          tells several comments of one repository apart
#   INPUT_ALWAYS       true: comment even where nothing changed
#   INPUT_FAIL_ON      words out of deny (exit 1), price (exit 3); "none" for neither
#   INPUT_HTML         true: draw the estimate as a page as well
#   INPUT_OUTPUT       the folder for all files (costplan-report)
#   INPUT_INSTALL      what pip installs; empty for the action's own checkout
#   INPUT_POST_FROM    a folder that another run wrote: only comment on it (see docs/ci.md)
#   INPUT_PYTHON_PATH  the Python to install with (python3)
#   GITHUB_TOKEN       for the comment; without one there is none
#
# What a pull request brings is read, never run: git is asked in the checkout's own folder alone and
# hardened (`checkout`), costplan stays in the workspace and RUNNER_TEMP (COSTPLAN_ROOT, which a
# workflow may set to less), and the token reaches nothing but the comment. docs/security.md.
#
# COSTPLAN_SKIP_INSTALL=1 takes the `costplan` and `python3` that PATH finds: for runners with an
# image of their own, and for tests.
#
# Exit: that of `costplan check` (0, 1, 3 as fail-on says), 2 for bad input. A comment that cannot
# be written is a warning: the answer to "may this be merged" does not hang on it.
set -euo pipefail
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 NO_COLOR=1
token=${GITHUB_TOKEN:-}
unset GITHUB_TOKEN GH_TOKEN

# Of git's variables stay those that say which checkout is safe and how its own remote is reached.
for name in "${!GIT_@}"; do
  case $name in
    GIT_CONFIG_GLOBAL | GIT_CONFIG_SYSTEM | GIT_CONFIG_NOSYSTEM | GIT_CONFIG_PARAMETERS) ;;
    GIT_CONFIG_COUNT | GIT_CONFIG_KEY_* | GIT_CONFIG_VALUE_*) ;;
    GIT_SSH | GIT_SSH_COMMAND | GIT_ASKPASS | GIT_SSL_*) ;;
    *) unset "$name" ;;
  esac
done
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_NO_REPLACE_OBJECTS=1 GIT_ATTR_NOSYSTEM=1
export GIT_ALLOW_PROTOCOL=https:http:ssh:git:file # no ext::, nor any other helper

# A message as data of a workflow command.
escaped() {
  local text=$1
  text=${text//'%'/%25} text=${text//$'\r'/%0D} text=${text//$'\n'/%0A}
  printf '%s' "$text"
}
annotate() { printf '::%s title=costplan::%s\n' "$1" "$(escaped "$2")"; }
refuse() {
  annotate error "$1"
  exit 2
}
# A word that nobody can guess, and no file can therefore hold.
nonce() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
# An output of the step: its value may be anything.
output() {
  local end
  end=$(nonce)
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"${GITHUB_OUTPUT:-/dev/null}"
}
# A command whose words may hold what a file says: no line of them is a workflow command.
muted() {
  local end code=0
  end=$(nonce)
  printf '::stop-commands::%s\n' "$end"
  "$@" 2>&1 || code=$?
  printf '\n::%s::\n' "$end"
  return "$code"
}
is_true() {
  case $1 in
    true | yes | 1) return 0 ;;
    false | no | 0 | '') return 1 ;;
    *) refuse "'$1' is neither true nor false" ;;
  esac
}
# The lines of an input as options: lines NAME VALUES, into the array `options`.
each_line() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -z "${line//[[:space:]]/}" ] || options+=("$1=$line")
  done <<<"$2"
}

# --- where -----------------------------------------------------------------------------------

workload=${INPUT_WORKLOAD:-costplan.toml}
out=${INPUT_OUTPUT:-costplan-report}
case $workload$out in *$'\n'* | *$'\r'*) refuse "a path cannot have two lines" ;; esac
# A name that begins with a dash would be an option.
case $workload in -*) workload=./$workload ;; esac
case $out in -*) out=./$out ;; esac
comment=false
if is_true "${INPUT_COMMENT:-true}"; then comment=true; fi
always=false
if is_true "${INPUT_ALWAYS:-false}"; then always=true; fi
gate=false
if is_true "${INPUT_CHECK:-true}"; then gate=true; fi
page=false
if is_true "${INPUT_HTML:-true}"; then page=true; fi
locked=false
if is_true "${INPUT_LOCKED:-false}"; then locked=true; fi
fails=" ${INPUT_FAIL_ON:-deny price} "
fails=${fails//,/ }
for word in $fails; do
  case $word in deny | price | none) ;; *) refuse "fail-on: '$word' is none of deny, price, none" ;; esac
done

errors=$(mktemp "${RUNNER_TEMP:-/tmp}/costplan.XXXXXX")
trap 'rm -f -- "$errors"' EXIT

# --- install ---------------------------------------------------------------------------------

python=${INPUT_PYTHON_PATH:-python3}
if [ "${COSTPLAN_SKIP_INSTALL:-}" != 1 ]; then
  source=${INPUT_INSTALL:-${GITHUB_ACTION_PATH:?the folder of the action}}
  case $source in -*) refuse "version: '$source' is nothing that pip installs" ;; esac
  place=$(mktemp -d "${RUNNER_TEMP:-/tmp}/costplan.XXXXXX")
  # -I: what the checked-out folder calls pip.py or venv.py is not run
  "$python" -I -m venv "$place/venv"
  muted "$place/venv/bin/python" -I -m pip install --quiet "$source" || refuse "costplan cannot be installed from $source"
  PATH=$place/venv/bin:$PATH
  python=$place/venv/bin/python
fi

# What the event says, a line each; an empty one for what it has not.
said=$("$python" -I - "${GITHUB_EVENT_PATH:-}" <<'PYTHON'
import json
import sys

try:
    with open(sys.argv[1], encoding="utf-8") as file:
        event = json.load(file)
except (OSError, ValueError):
    event = {}
for path in (
    "workflow_run.id",
    "workflow_run.conclusion",
    "pull_request.number",
    "pull_request.head.sha",
    "pull_request.base.sha",
    "pull_request.head.repo.full_name",
    "pull_request.base.repo.full_name",
    "merge_group.base_sha",
    "before",
    "repository.default_branch",
):
    found = event
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    print(*str("" if found is None else found).split())
PYTHON
)
# The shell drops the empty lines at the end.
run_id='' run_conclusion='' number='' head_sha='' base_sha='' there='' here=''
queued='' before='' default_branch=''
{
  read -r run_id && read -r run_conclusion
  read -r number && read -r head_sha && read -r base_sha && read -r there && read -r here
  read -r queued && read -r before && read -r default_branch
} <<<"$said" || true

# --- only the comment on what another run left ------------------------------------------------

# A file of a run that is not trusted: there, no link, and of a sane size.
sane_file() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(wc -c <"$1")" -le "$2" ]; }

if [ -n "${INPUT_POST_FROM:-}" ]; then
  from=$INPUT_POST_FROM
  case $from in -*) from=./$from ;; esac
  [ -n "$run_id" ] || refuse "post-from belongs into a workflow_run workflow"
  if [ ! -d "$from" ] || [ -L "$from" ]; then refuse "post-from: $from is no folder"; fi
  sane_file "$from/diff.json" 5000000 || {
    annotate notice "the run left no diff.json, or one that is too large: nothing to say"
    exit 0
  }
  options=(--documents --tag="${INPUT_TAG:-default}" --behavior="${INPUT_BEHAVIOR:-update}")
  if sane_file "$from/check.txt" 200000; then options+=(--quote="$from/check.txt"); fi
  # Whether the gate failed is the event's word, not the file's.
  if [ "$always" = true ] || [ "$run_conclusion" = failure ]; then options+=(--always); fi
  if ! COSTPLAN_ROOT=$from GITHUB_TOKEN=$token muted costplan comment github "${options[@]}" -- "$from/diff.json"; then
    annotate warning "the comment was not written; the log says why"
  fi
  exit 0
fi

# --- the checkout ----------------------------------------------------------------------------

[ -f "$workload" ] || refuse "there is no $workload; the input 'workload' names another file (and check the code out first)"
workspace=${GITHUB_WORKSPACE:-$PWD}
case $PWD/ in "$workspace"/*) ;; *) workspace=$PWD ;; esac
# The checkout is the first folder with a .git on the way from the workspace to the workload, which
# nothing that is checked out can be. Links on that way are names like any other.
root=$("$python" -I - "$workspace" "$workload" "$out" 2>"$errors" <<'PYTHON'
import os
import sys

top, workload, out = map(os.path.abspath, sys.argv[1:])
below = os.path.relpath(out, top).split(os.sep)
if below[0] != os.pardir:
    for at in range(len(below)):
        if os.path.islink(os.path.join(top, *below[: at + 1])):
            sys.exit("output: " + sys.argv[3] + " is, or lies below, a link")
elif os.path.islink(out):
    sys.exit("output: " + sys.argv[3] + " is a link")
parts = os.path.relpath(workload, top).split(os.sep)
if parts[0] == os.pardir:
    sys.exit(sys.argv[2] + " is outside of the workspace " + top)
places = [os.path.join(top, *parts[:at]) for at in range(len(parts))]
while os.path.dirname(top) != top:
    top = os.path.dirname(top)
    places.append(top)
found = [one for one in places if os.path.lexists(os.path.join(one, ".git"))]
if not found:
    sys.exit(sys.argv[2] + " is in no git repository: actions/checkout comes first")
print(os.path.abspath(found[0]))
PYTHON
) || refuse "$(cat -- "$errors")"
export COSTPLAN_ROOT=${COSTPLAN_ROOT:-$workspace${RUNNER_TEMP:+:$RUNNER_TEMP}}

# git in the top folder of the checkout, going up no further and taking nothing for a bare
# repository; no hook, no replaced object, no program that a configuration names.
checkout() {
  GIT_CEILING_DIRECTORIES=${root%/*} git -C "$root" --no-pager --no-replace-objects \
    --literal-pathspecs -c safe.bareRepository=explicit -c core.hooksPath=/dev/null \
    -c core.fsmonitor=false -c core.attributesFile=/dev/null -c diff.external= \
    -c log.showSignature=false -c submodule.recurse=false "$@"
}
checkout rev-parse --git-dir >"$errors" 2>&1 || refuse "git cannot use $root: $(head -n 3 -- "$errors")"

# --- the base --------------------------------------------------------------------------------

commit_of() { checkout rev-parse --verify --quiet --end-of-options "$1^{commit}"; }
fetch() { # of a shallow clone: this revision alone, without its history
  muted checkout -c gc.auto=0 fetch --quiet --no-tags --no-recurse-submodules --depth=1 origin "$1" >&2
}
hash='^[0-9a-f]{40}([0-9a-f]{24})?$'

# The commit of a revision, fetched where this clone lacks it.
resolve() {
  local name=$1 found
  if [[ $name =~ $hash ]]; then
    commit_of "$name" || { fetch "$name" && commit_of "$name"; }
  elif found=$(commit_of "refs/remotes/origin/$name") || # a branch comes before a tag of its name
    found=$(commit_of "refs/heads/$name") || found=$(commit_of "$name"); then
    printf '%s' "$found"
  elif checkout check-ref-format "refs/heads/$name" 2>/dev/null; then
    fetch "+refs/heads/$name:refs/costplan/base" && commit_of refs/costplan/base
  else
    return 1
  fi
}

# What a merge of the pull request has as its first parent; the object says so in a shallow clone too.
merged_onto() {
  local parents
  parents=$(checkout cat-file commit HEAD | sed -n '/^$/q; s/^parent //p')
  [ "$(wc -l <<<"$parents")" -eq 2 ] || return 1
  [ "$(sed -n 2p <<<"$parents")" = "$head_sha" ] || return 1
  sed -n 1p <<<"$parents"
}

asked=${INPUT_BASE:-}
must=true
if [ -z "$asked" ] && [ -n "$number" ]; then
  asked=$(merged_onto) || asked=$base_sha
fi
[ -n "$asked" ] || asked=$queued
[ -n "$asked" ] || asked=${GITHUB_BASE_REF:-}
if [ -z "$asked" ]; then
  asked=$before
  must=false # a force push leaves nothing of it
fi
case $asked in *[!0]*) ;; *) asked='' ;; esac # a new branch was nowhere before: forty zeros
base=''
if [ -n "$asked" ]; then
  case $asked in -* | *[[:cntrl:]]*) refuse "base: '$asked' is no name of a revision" ;; esac
  if ! base=$(resolve "$asked"); then
    base=''
    [ "$must" = false ] ||
      refuse "base: '$asked' is not in this clone and cannot be fetched; actions/checkout with fetch-depth: 0 brings all history"
  fi
fi
# A new branch, a schedule, a run by hand: against the default branch. What a force push replaced is
# gone; on the default branch itself there would be nothing but the same commit.
if [ -z "$base" ] && [ -n "$default_branch" ] && base=$(resolve "$default_branch"); then
  if [ -n "$asked" ] && [ "$base" = "$(commit_of HEAD)" ]; then base=''; fi
fi
[ -n "$base" ] || annotate notice "nothing to compare with: no pull request, no earlier push, no input 'base'"

# --- diff, check, reports --------------------------------------------------------------------

case ${INPUT_AS_OF:-} in
  '') day=$(TZ=UTC0 checkout log -1 --format=%cd --date=format-local:%Y-%m-%d HEAD) ;;
  today) day=$(date -u +%Y-%m-%d) ;;
  *) day=$INPUT_AS_OF ;;
esac
mkdir -p -- "$out"
rm -f -- "$out"/{diff.json,diff.md,check.json,check.md,check.txt,junit.xml,costplan.sarif,annotations.txt,estimate.json,report.html}
output directory "$out"
if [ -n "$base" ]; then
  options=("--base=$base" "--as-of=$day")
  if [ "${INPUT_LOCK:-}" = none ]; then options+=(--no-lock); fi
  each_line --stack "${INPUT_STACK:-}"
  muted costplan diff "${options[@]}" \
    --format=markdown --out="$out/diff.md" --save=json="$out/diff.json" -- "$workload" ||
    annotate warning "there is no comparison with ${asked:-$default_branch}; the log says why"
fi

options=("--as-of=$day")
case ${INPUT_LOCK:-} in
  '') ;;
  none) options+=(--no-lock) ;;
  *) options+=("--lock=$INPUT_LOCK") ;;
esac
each_line --stack "${INPUT_STACK:-}"
common=("${options[@]}") # what an estimate takes as well
each_line --policy "${INPUT_POLICY:-}"
if [ "$locked" = true ]; then options+=(--locked); fi
if [ -n "${INPUT_MAX_TOTAL:-}" ]; then options+=("--max-total=$INPUT_MAX_TOTAL"); fi
if [ -n "$base" ]; then options+=("--base=$base"); fi
# Where there is nothing to judge it by, the check says so, and that is no pass.
if [ -n "${INPUT_MAX_INCREASE:-}" ]; then options+=("--max-increase=$INPUT_MAX_INCREASE"); fi
code=0
words=''
if [ "$gate" = true ]; then
  words=$(muted costplan check "${options[@]}" --format=github --out="$out/annotations.txt" \
    --save=json="$out/check.json" --save=markdown="$out/check.md" --save=table="$out/check.txt" \
    --save=junit="$out/junit.xml" --save=sarif="$out/costplan.sarif" -- "$workload") || code=$?
  printf '%s\n' "$words"
fi
if [ -f "$out/annotations.txt" ]; then cat -- "$out/annotations.txt"; fi
if [ "$code" -eq 2 ]; then # the first fault's line, where the words tell one
  line=$(sed -n 's/^ *--> .*:\([0-9]\{1,7\}\):[0-9]*$/\1/p' <<<"$words" | head -n 1)
  file=$(escaped "$workload")
  file=${file//:/%3A} file=${file//,/%2C}
  printf '::error file=%s,line=%s,title=costplan::%s cannot be checked; the log says what is wrong\n' \
    "$file" "${line:-1}" "$(escaped "$workload")"
fi
if [ "$code" -ne 2 ] && [ "$page" = true ] &&
  muted costplan estimate "${common[@]}" --format=json --out="$out/estimate.json" -- "$workload"; then
  muted costplan report --format=html --out="$out/report.html" -- "$out/estimate.json" || annotate warning "no HTML report"
fi

# --- what the run says ------------------------------------------------------------------------

facts=$("$python" -I - "$out/diff.json" <<'PYTHON'
import json
import sys
from decimal import Decimal

try:
    with open(sys.argv[1], encoding="utf-8") as file:
        diff = json.load(file, parse_float=Decimal, parse_int=Decimal)
except OSError:
    print("unknown", "", "", sep="\n")
else:
    both = [one["difference"] for one in diff["stacks"] if one["base"] and one["head"]]
    change = f"{max(both):f}" if both else ""
    print(str(diff["changed"]).lower(), change, diff["currency"], sep="\n")
PYTHON
)
{ read -r changed && read -r change && read -r currency; } <<<"$facts" || true
output exit-code "$code"
output changed "$changed"
output total-change "${change:-}"
output currency "${currency:-}"
for name in diff:diff.json check:check.json junit:junit.xml sarif:costplan.sarif html:report.html; do
  if [ -f "$out/${name#*:}" ]; then output "${name%%:*}" "$out/${name#*:}"; fi
done

said=()
for name in diff.md check.md; do
  if [ -f "$out/$name" ]; then said+=("$out/$name"); fi
done
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  for name in ${said[@]+"${said[@]}"}; do
    if [ "$(wc -c <"$name")" -le 400000 ]; then # a summary may have a megabyte
      cat -- "$name"
      printf '\n'
    else
      printf '%s is too long for a summary; it is among the files.\n\n' "$(basename -- "$name")"
    fi
  done >>"$GITHUB_STEP_SUMMARY"
  if [ "$code" -eq 2 ]; then printf '**costplan could not check the workload.** The log says why.\n' >>"$GITHUB_STEP_SUMMARY"; fi
fi

if [ "$comment" = true ] && [ -n "$number" ] && [ "${#said[@]}" -gt 0 ]; then
  if [ -z "$token" ]; then
    annotate notice "no token: the comment is left out; its files are in $out"
  elif [ "$here" != "$there" ]; then
    annotate notice "a pull request from a fork may not comment: docs/ci.md has the two workflows for it"
  else
    if [ -f "$out/diff.json" ]; then said[0]=$out/diff.json; fi
    options=(--number="$number" --tag="${INPUT_TAG:-default}" --behavior="${INPUT_BEHAVIOR:-update}")
    if [ "$always" = true ] || [ "$code" -ne 0 ]; then options+=(--always); fi
    if ! GITHUB_TOKEN=$token muted costplan comment github "${options[@]}" -- "${said[@]}"; then
      annotate warning "the comment was not written; the log says why"
    fi
  fi
fi

case $code in
  0) exit 0 ;;
  1) case $fails in *' deny '*) exit 1 ;; *) exit 0 ;; esac ;;
  3) case $fails in *' price '*) exit 3 ;; *) exit 0 ;; esac ;;
  *) exit "$code" ;;
esac
