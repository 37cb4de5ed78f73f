#!/usr/bin/env bash
# Workers of a farm as a Slurm array: sbatch --array=1-16 farm-slurm.sh
# farm.txt holds the database's address, and is readable by you alone. Workers may be preempted at any time.
#SBATCH --job-name=supernet-work
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --signal=B:INT@60
#SBATCH --output=supernet-work-%A-%a.log

# The signal comes to the shell a minute before the time is up; the worker gives its jobs back.
supernet work "@${SUPERNET_FARM_FILE:-$HOME/farm.txt}" --once --output plain &
worker=$!
trap 'kill -TERM $worker' INT TERM
wait $worker || wait $worker
