#!/usr/bin/env bash
# bounce.sh PGBOUNCER FOLDER SERVER: stands between SERVER (the folder of its socket) and a socket in FOLDER, in transaction mode, until the standard
# input ends, which it does with the process that holds its other end.
set -uo pipefail
program=$1 folder=$2 server=$3
mkdir -m 711 -p "$folder" || exit 1
cat >"$folder/pgbouncer.ini" <<INI
[databases]
* = host=$server user=tidemark
[pgbouncer]
listen_addr =
unix_socket_dir = $folder
listen_port = 5432
auth_type = any
pool_mode = transaction
max_client_conn = 400
default_pool_size = 8
ignore_startup_parameters = extra_float_digits,search_path,options
logfile = $folder/pgbouncer.log
pidfile =
INI
as=(setpriv --pdeathsig KILL)
# It refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
  for user in postgres nobody; do id -u "$user" >/dev/null 2>&1 && break; done
  as+=("--reuid=$user" "--regid=$(id -gn "$user")" --clear-groups)
  chown -R "$user" "$folder" || exit 1
fi
"${as[@]}" -- "$program" -q "$folder/pgbouncer.ini" >/dev/null 2>"$folder/errors" </dev/null &
bouncer=$!
trap 'kill -INT "$bouncer" 2>/dev/null; wait "$bouncer"; rm -rf "$folder"' EXIT
cat >/dev/null
