#!/usr/bin/env bash
# Compares Penstock's server with others on this machine, one server at a time; README.md says how and with what.
#
#   benchmarks/peers/run.sh MATERIAL [SERVER...]
#
# MATERIAL holds models/ultraface-rfb-320.onnx and images/bus.jpg. SERVERs, beside Penstock: fastapi litserve mlserver
# kserve triton; none named means all.
#
#   PENSTOCK_PEERS         where environments and requests are kept; default ~/.cache/penstock-peers
#   PEERS_ROUNDS           rounds, each with all servers in turn; default 3
#   PEERS_SECONDS          seconds of a measurement; default 10
#   PEERS_WARMUP_SECONDS   seconds of load before it; default 4
#   PEERS_OUT              where the result goes; default benchmarks/results/peers.txt
#   PEERS_PORT             the first of three ports; default 18700
set -euo pipefail

say() { printf 'peers: %s\n' "$1" >&2; }

[ $# -ge 1 ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
material=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- fastapi litserve mlserver kserve triton
servers=(penstock "$@")

cache=${PENSTOCK_PEERS:-$HOME/.cache/penstock-peers}
work=$cache/work
out=${PEERS_OUT:-$root/benchmarks/results/peers.txt}
port=${PEERS_PORT:-18700}
grpc_port=$((port + 1))
metrics_port=$((port + 2))
cores=$(nproc)
server=

export PEERS_MODEL=$material/models/ultraface-rfb-320.onnx
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/servers:$here

# --- Environments -----------------------------------------------------------------------------------------------------

# Made anew when its list of packages has changed.
environment() {
  local list=$here/requirements/$1.txt
  cmp -s "$list" "$cache/$1/requirements.txt" && return 0
  say "making the environment of $1"
  rm -rf "${cache:?}/$1"
  python3 -m venv "$cache/$1"
  timeout 900 "$cache/$1/bin/pip" install -q --disable-pip-version-check -r "$list"
  cp "$list" "$cache/$1/requirements.txt"
}

# --- Servers ----------------------------------------------------------------------------------------------------------

# Each leads a session of its own, by which all its processes are found. What it writes where it stands stays out of here.
begin() {
  setsid env -C "$work" "$@" >"$work/$name.log" 2>&1 </dev/null &
  server=$!
}

start_penstock() {
  begin "$root/penstock" run "$PEERS_MODEL" "$work/noop.onnx" --port "$port"
}

start_fastapi() {
  begin "$cache/fastapi/bin/uvicorn" fastapi_server:app --host 127.0.0.1 --port "$port" --workers "$cores" \
    --loop uvloop --http httptools --no-access-log --log-level warning
}

start_litserve() {
  begin "$cache/litserve/bin/python" "$here/servers/litserve_server.py" "$port" "$cores"
}

start_mlserver() {
  rm -rf "$work/mlserver"
  "$cache/mlserver/bin/python" "$here/servers/mlserver_runtime.py" "$work/mlserver" \
    "$port" "$grpc_port" "$metrics_port" "$cores"
  begin "$cache/mlserver/bin/mlserver" start "$work/mlserver"
}

start_kserve() {
  begin "$cache/kserve/bin/python" "$here/servers/kserve_server.py" --http_port "$port" --workers "$cores" \
    --log_config_file "$here/servers/kserve_logging.json"
}

# The wheel carries the server for a program of its own; here it is started as it is, with the Python backend's stub
# for this Python beside the backend.
start_triton() {
  local site wheel tritonserver
  site=$("$cache/triton/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  wheel=$site/pytriton/tritonserver
  local stub=python_backend_stubs/$("$cache/triton/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  cp -f "$wheel/$stub/triton_python_backend_stub" "$wheel/backends/python/"
  rm -rf "$work/triton"
  "$cache/triton/bin/python" "$here/servers/triton_models.py" "$work/triton" "$cores"
  begin env LD_LIBRARY_PATH="$site/nvidia_pytriton.libs" PEERS_SITE="$site" "$wheel/bin/tritonserver" \
    --model-repository="$work/triton" --backend-directory="$wheel/backends" \
    --model-control-mode=explicit --load-model='*' --allow-metrics=false --log-info=false \
    --http-address=127.0.0.1 --http-port="$port" --grpc-address=127.0.0.1 --grpc-port="$grpc_port"
}

ready_path() {
  case $1 in
  fastapi) echo /ready ;;
  litserve) echo /health ;;
  *) echo /v2/health/ready ;;
  esac
}

start() {
  name=$1
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { say "port $port is in use"; exit 1; }
  "start_$name"
  local tries=0
  until curl -sf -m 2 -o "$work/ready" "http://127.0.0.1:$port$(ready_path "$name")"; do
    tries=$((tries + 1))
    kill -0 "$server" 2>/dev/null && [ $tries -lt 300 ] || { say "$name did not start: $work/$name.log"; exit 1; }
    sleep 0.2
  done
}

stop() {
  [ -n "$server" ] || return 0
  kill -TERM -- "-$server" 2>/dev/null || :
  local tries=0
  while kill -0 -- "-$server" 2>/dev/null && [ $tries -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
  # What stays behind would take part in the next measurement.
  kill -KILL -- "-$server" 2>/dev/null || :
  wait "$server" 2>/dev/null || :
  server=
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# --- The comparison ---------------------------------------------------------------------------------------------------

client() { "$cache/client/bin/python" "$@"; }

# Two addresses of ours: HTTP for all workloads, gRPC beside the peer whose binary form it is.
faces_of() {
  if [ "$1" = penstock ]; then echo penstock penstock-grpc; else echo "$1"; fi
}

grpc_of() {
  if [ "$1" = penstock-grpc ]; then echo "$port"; else echo "$grpc_port"; fi
}

versions() {
  echo "Penstock $(git -C "$root" describe --always --dirty), $("$root/penstock" version 2>&1 | tr '\n' ' ')"
  for each in "${servers[@]}"; do
    [ "$each" != penstock ] || continue
    "$cache/$each/bin/pip" list --disable-pip-version-check --format=freeze |
      grep -iE '^(fastapi|uvicorn|litserve|mlserver|kserve|nvidia-pytriton|onnxruntime|opencv-python-headless|numpy)=' |
      sed 's/==/ /' | paste -sd, | sed "s/^/$each: /; s/,/, /g"
  done
}

machine() {
  echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $cores cores for server and load program," \
    "$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo | awk '{printf "%.0f GiB", $1 / 1048576}'), Linux $(uname -r)"
}

mkdir -p "$work"
PENSTOCK_AOT=off "$root/penstock" version >&2
for each in client "${servers[@]}"; do
  [ "$each" = penstock ] || environment "$each"
done
client "$here/prepare.py" "$material/images/bus.jpg" "$work"

rounds=$work/rounds.csv
echo round,server,workload,requests_per_second,p50_ms,p99_ms,cpu_ms_per_request,failed,load_average >"$rounds"
for round in $(seq "${PEERS_ROUNDS:-3}"); do
  for each in "${servers[@]}"; do
    say "round $round: $each"
    start "$each"
    for face in $(faces_of "$each"); do
      client "$here/check.py" "$face" "$work" "$port" "$(grpc_of "$face")"
    done
    for face in $(faces_of "$each"); do
      client "$here/measure.py" "$face" "$work" "$port" "$(grpc_of "$face")" "$server" "$round" >>"$rounds"
    done
    stop
  done
done

{
  echo "# benchmarks/peers/run.sh, ${PEERS_ROUNDS:-3} rounds of ${PEERS_SECONDS:-10} s after ${PEERS_WARMUP_SECONDS:-4} s, 8 connections"
  machine
  versions
  echo
  client "$here/table.py" "$rounds"
  echo
  cat "$rounds"
} >"$work/peers.txt"
mkdir -p "$(dirname "$out")"
cp "$work/peers.txt" "$out"
cat "$out"
