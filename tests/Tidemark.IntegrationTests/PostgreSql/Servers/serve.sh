#!/usr/bin/env bash
# serve.sh BIN FOLDER [SETTING=VALUE ...]: makes a cluster in FOLDER and serves it on a socket there until the standard input ends, which it does
# with the process that holds its other end, whatever way that goes. Then the server is stopped and the folder deleted. A line on the standard
# input restarts the server: it names the signals to stop it with, in turn, half a second apart (TERM lets sessions end, INT ends them, QUIT
# leaves everything as it is). With the word keep its data are copied while it is down, with the word back the copy is put in their place.
# STANDBY_OF=FOLDER in the environment: a standby of the server there, instead of a cluster of its own.
set -uo pipefail
bin=$1 folder=$2
shift 2
mkdir -m 700 -p "$folder" || exit 1

# Should this script be killed outright, the kernel kills what it started, and the server's other processes end without it.
as=(setpriv --pdeathsig KILL)
# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
  for user in postgres nobody; do id -u "$user" >/dev/null 2>&1 && break; done
  as+=("--reuid=$user" "--regid=$(id -gn "$user")" --clear-groups)
  chown "$user" "$folder" || exit 1
fi

server=
end() {
  trap - EXIT
  # More than once: what a shell starts in the background ignores this signal until it has a handler of its own.
  while [ -n "$server" ] && kill -QUIT "$server" 2>/dev/null; do sleep 0.05; done
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 143' INT TERM HUP

cd "$folder" || exit 1
make=("$bin/initdb" -D "$folder/data" -U tidemark -A trust -E UTF8 --locale=C --no-sync)
if [ -n "${STANDBY_OF:-}" ]; then
  make=("$bin/pg_basebackup" -d "host=$STANDBY_OF user=tidemark application_name=standby" -D "$folder/data" -R -X stream --checkpoint=fast --no-sync)
fi
"${as[@]}" -- "${make[@]}" >"$folder/initdb.log" 2>&1 </dev/null || { cat "$folder/initdb.log" >&2; exit 1; }
settings=()
for setting in "$@"; do settings+=(-c "$setting"); done
serve() {
  "${as[@]}" -- "$bin/postgres" -D "$folder/data" -c listen_addresses= -c "unix_socket_directories=$folder" "${settings[@]}" >>"$folder/server.log" 2>&1 </dev/null &
  server=$!
}
serve
while read -r -a words; do
  down=
  for word in "${words[@]}"; do
    case "$word" in
      keep | back) down=$word ;;
      *) kill "-$word" "$server" 2>/dev/null && sleep 0.5 ;;
    esac
  done
  wait "$server"
  case "$down" in
    keep) rm -rf "$folder/kept" && cp -a "$folder/data" "$folder/kept" ;;
    back) rm -rf "$folder/data" && cp -a "$folder/kept" "$folder/data" ;;
  esac
  serve
done
