#!/bin/bash
# The same without a scheduler, from the first of three hosts that reach each other by ssh without a password:
#   docs/scale/mpi-hosts.sh RUN [options of `supernet run`]
# `supernet` has to be at the same path everywhere, built with `--features mpi`.
set -euo pipefail
hosts=${HOSTS:-node1:1,node2:1,node3:1}
processes=$(tr ',' '\n' <<< "$hosts" | cut -d: -f2 | paste -sd+ | bc)
# One process a host with all of its cores: Open MPI would bind each to one.
exec mpirun --host "$hosts" -n "$processes" --bind-to none supernet run "$@"
