"""What a card is asked for in a training step and in scoring 64 candidates: launches, copies and waits, counted by `driver.c` in the card's place.

  python3 benches/no_card/counts.py --driver DIR --oneshot target/cuda/release/oneshot --out OUT

DIR holds the driver as `libcuda.so.1`, and CUDA_PATH's `nvvm/libdevice`. The paper's network of PAPER.md, F = 16, 8 cells, 32 x 32 images, 32 ghost
batches of 32. Counts are differences between runs of more and of fewer steps, divided by the steps between them, so that what is made once is left
out; of a kernel that has several sizes (vectors, types), all are one name. OUT keeps the kernels of the longer runs, for `ptx.py`.
"""

import argparse
import json
import os
import pathlib
import subprocess

from ptx import plain

HERE = pathlib.Path(__file__).parent
FEWER, MORE = 1, 5
SHAPE = {"filters": 16, "cells": 8, "image": 32, "ghosts": 32, "ghost-size": 32}


def masks(path):
    """The masks of BENCHMARKS.md, four draws of 8 ghost batches as one of 32."""
    file = json.loads((HERE.parent / "peer/m8.json").read_text())
    draws = file["train"]
    file["train"] = [sum(draws[i : i + 4], []) for i in range(0, len(draws), 4)]
    path.write_text(json.dumps(file))
    return path


def run(arguments, what, mode, draws):
    """The calls of a run, by name."""
    out = arguments.out / f"{what}-{mode}-{draws}"
    out.mkdir(parents=True, exist_ok=True)
    command = [str(arguments.oneshot), "--masks", str(masks(arguments.out / "m32.json")), "--what", what, "--modes", mode, "--draws", str(draws)]
    command += [text for key, value in SHAPE.items() for text in (f"--{key}", str(value))]
    environment = {"BURN_DEVICE": "cuda:0", "NO_CARD_OUT": str(out), "LD_LIBRARY_PATH": str(arguments.driver)}
    subprocess.run(command, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    return json.loads((out / "calls.json").read_text())


def between(fewer, more, steps):
    def each(*keys):
        of = [calls[keys[0]] if len(keys) == 1 else calls[keys[0]][keys[1]] for calls in (fewer, more)]
        return (of[1] - of[0]) / steps

    copies = {name: (each(name, "calls"), each(name, "bytes")) for name in ("uploads", "downloads", "on_device", "sets")}
    return {"launches": each("launches"), "units": each("units"), "waits": each("waits"), "peak_bytes": more["peak_bytes"], **copies}


def by_kernel(fewer, more, steps):
    """Launches of each kernel in a step, the most first."""
    counts = {}
    for calls, sign in ((more, 1), (fewer, -1)):
        for kernel in calls["kernels"]:
            name = plain(kernel["entry"])
            counts[name] = counts.get(name, 0) + sign * kernel["launches"] / steps
    return sorted(((count, name) for name, count in counts.items() if count), reverse=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True, type=pathlib.Path)
    parser.add_argument("--oneshot", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--kernels", action="store_true", help="also the launches of each kernel")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    print("| | launches | units, millions | uploads | uploaded, kB | copied on the device | waits | memory at most, MiB |\n|---|---|---|---|---|---|---|---|")
    kernels = []
    for what, name in (("train", "training step"), ("score", "64 candidates scored")):
        for mode, operations in (("kernels", "kernels"), ("plain_burn", "plain Burn")):
            fewer, more = (run(arguments, what, mode, draws) for draws in (FEWER, MORE))
            count = between(fewer, more, MORE - FEWER)
            columns = [count["launches"], count["units"] / 1e6, count["uploads"][0], count["uploads"][1] / 1e3, count["on_device"][0], count["waits"], count["peak_bytes"] / 2**20]
            print(f"| {name}, {operations} | " + " | ".join(f"{value:,.0f}" for value in columns) + " |", flush=True)
            kernels.append((f"{name}, {operations}", by_kernel(fewer, more, MORE - FEWER)))
    if arguments.kernels:
        for name, rows in kernels:
            print(f"\n{name}:")
            print("\n".join(f"{count:9,.1f}  {kernel}" for count, kernel in rows))


if __name__ == "__main__":
    main()
