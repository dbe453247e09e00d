#!/usr/bin/env bash
# What one durable run of a command costs: `tidemark run -j 2` over lines whose command is `true`, beside xargs and GNU parallel, interleaved
# over the rounds. Read the ratios, not the rates. Both tidemark and parallel with --joblog remember each command; xargs remembers nothing.
set -euo pipefail
usage="usage: bench/commands.sh [ROUNDS [LINES]]    (default 5 rounds of 5000 lines; TIDEMARK=path of the built program)"
rounds=${1:-5} lines=${2:-5000}
if [[ ! $rounds =~ ^[1-9][0-9]*$ || ! $lines =~ ^[1-9][0-9]*$ ]]; then echo "$usage" >&2; exit 2; fi

here=$(CDPATH='' cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
tidemark=${TIDEMARK:-$here/../artifacts/tidemark/tidemark}
if [ ! -x "$tidemark" ]; then echo "$tidemark is missing. Build it first: dotnet publish src/Tidemark.Cli -o artifacts/tidemark" >&2; exit 2; fi
tidemark=$(realpath "$tidemark")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
seq "$lines" >in.txt

run_tidemark() { "$tidemark" run --quiet --name "round$1" --in in.txt -j 2 -- true {}; }
run_xargs() { xargs -P2 -n1 true <in.txt; }
# A tenth of the lines: it needs seconds for what the others do in one.
run_parallel() { head -n $((lines / 10 > 0 ? lines / 10 : 1)) in.txt | parallel -j2 --joblog "log$1" true {}; }

# Commands a second of one call, by the count of lines it works on.
measure() {
  local count=$1 start=$EPOCHREALTIME
  shift
  "$@" >/dev/null 2>&1
  awk -v count="$count" -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", count / (end - start) }'
}

has_parallel=no
if command -v parallel >/dev/null; then has_parallel=yes; else echo "GNU parallel is not installed: it is left out." >&2; fi
for ((round = 1; round <= rounds; round++)); do
  measure "$lines" run_xargs >>xargs
  measure "$lines" run_tidemark "$round" >>tidemark
  if [ "$has_parallel" = yes ]; then measure $((lines / 10 > 0 ? lines / 10 : 1)) run_parallel "$round" >>parallel; fi
done

median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
report() {
  local name=$1 against=$2
  awk -v name="$name" -v median="$(median "$name")" -v low="$(sort -n "$name" | head -n 1)" -v high="$(sort -n "$name" | tail -n 1)" \
    -v ours="$(median tidemark)" -v against="$against" \
    'BEGIN { printf "%-22s %8.0f commands/s [%.0f..%.0f]%s\n", name, median, low, high, against ? sprintf("   tidemark is %.2f of it", ours / median) : "" }'
}
report tidemark ""
report xargs yes
if [ "$has_parallel" = yes ]; then report parallel yes; fi
