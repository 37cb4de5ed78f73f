#!/bin/bash
# A supernet trained by four processes on two nodes, then scoring and networks from scratch spread over them:
#   sbatch docs/scale/mpi-slurm.sh RUN [options of `supernet run`]
# A job that is stopped goes on where it was: submit it again. SIGTERM comes two minutes before the limit, which leaves
# time for a checkpoint.
#SBATCH --job-name=supernet
#SBATCH --nodes=2
#SBATCH --ntasks=4
#SBATCH --cpus-per-task=8
#SBATCH --time=08:00:00
#SBATCH --signal=TERM@120
set -euo pipefail

# The images have to lie at the same path on every node; the run's directory only on the first.
export RAYON_NUM_THREADS=$SLURM_CPUS_PER_TASK
# With an Open MPI that was built with PMIx `srun` starts the processes; `mpirun` inside the job does as well.
srun --mpi=pmix --cpu-bind=cores supernet run "$@" --shares "$SLURM_NTASKS" --output plain
