"""Runs the PyTorch peer and this library in turn, at the two shapes, and prints ratios of medians.

  cargo build --release --bin oneshot --bin spaces
  VENV/bin/python benches/peer/compare.py [--rounds 3] [--quick] [--out raw.json]
  VENV/bin/python benches/peer/compare.py --space nas-bench-201 nas-bench-macro darts mobile [--size small]

Needs a Python with torch and numpy; nothing else should run on the machine. Both programs read the same masks (m8.json, m4.json;
for a known space a file that ours draws).
A round runs the peer's training step, ours, the peer's scoring, ours, each in a process of its own with two threads; the next round
begins again. A figure is the median over the draws of a run, and of those medians over the rounds.
Memory is the peak less the resident size before the first step, of a process that trains in one mode only.
"""
import argparse, json, os, sys
import compare_spaces
from programs import HERE, OURS, PEER, ROOT, lines, machine, median, same, table

SHAPES = [dict(masks="m8.json", filters=8, cells=3, image=16, ghosts=8, ghost_size=16),
          dict(masks="m4.json", filters=16, cells=3, image=32, ghosts=4, ghost_size=16)]
# What each process of a round runs, in this order: (program, what, modes, draws). Training in one mode only also gives its memory.
# The peer's scoring has as many draws as the 64 candidates fill; ours scores all 64 in each.
TURNS = [(PEER, "train", "sparse", 20), (OURS, "train", "kernels", 20), (PEER, "train", "dense", 20), (OURS, "train", "plain_burn", 20),
         (PEER, "score", "sparse", 20), (OURS, "score", "kernels", 10), (OURS, "score", "plain_burn", 3)]


def title(shape):
    return "F={filters}, {cells} cells, {image}×{image}, {ghosts} × {ghost_size}".format(**shape)


def measure(options, shape):
    """All figures of a shape, round by round."""
    figures = []
    for round_ in range(options.rounds):
        for program, what, modes, draws in TURNS:
            draws = min(draws, options.draws)
            arguments = dict(shape, masks=os.path.join(HERE, shape["masks"]), threads=options.threads, what=what, modes=modes, draws=draws)
            found = lines("oneshot_torch.py" if program == PEER else options.oneshot, arguments)
            figures += [dict(line, program=program, round=round_) for line in found]
            print(f"  round {round_ + 1}, {program} {what} {modes} done", file=sys.stderr)
    same(figures, ("params", "inputs_on", "operations_on"))
    return figures


def report(figures, peak):
    """The rows of a shape: figure, theirs, ours, ratio. `peak` is the matrix product's GFLOP/s."""
    of = lambda *place: median(figures, *place)
    ours, plain = of(OURS, "train_step", "kernels", "ms"), of(OURS, "train_step", "plain_burn", "ms")
    sparse, dense = of(PEER, "train_step", "sparse", "ms"), of(PEER, "train_step", "dense", "ms")
    rows = [("training step, PyTorch `sparse`", f"{sparse:.1f} ms", f"{ours:.1f} ms", sparse / ours),
            ("training step, PyTorch `dense`", f"{dense:.1f} ms", f"{ours:.1f} ms", dense / ours),
            ("training step, our sparse step on plain Burn", f"{plain:.1f} ms", f"{ours:.1f} ms", plain / ours)]
    score = lambda program, mode: of(program, "score_candidates", mode, "candidates_per_s")
    ours = score(OURS, "kernels")
    for name, program, mode in (("PyTorch `one_by_one`", PEER, "one_by_one"), ("PyTorch `grouped`", PEER, "grouped"), ("plain Burn", OURS, "plain_burn")):
        theirs = score(program, mode)
        rows.append((f"candidates scored per second, {name}", f"{theirs:.1f}", f"{ours:.1f}", ours / theirs))
    memory = lambda program, mode: of(program, "train_step", mode, "mib_above_start")
    ours = memory(OURS, "kernels")
    for name, program, mode in (("PyTorch `sparse`", PEER, "sparse"), ("PyTorch `dense`", PEER, "dense"), ("plain Burn", OURS, "plain_burn")):
        rows.append((f"memory above the start (ratio: share of theirs), {name}", f"{memory(program, mode):.0f} MiB", f"{ours:.0f} MiB", ours / memory(program, mode)))
    for name, what in (("training step", "train_step"), ("scoring", "score_candidates")):
        gflops = of(OURS, what, "kernels", "gflops")
        rows.append((f"{name}, GFLOP/s of the convolutions in use beside the matrix product", f"{peak:.0f}", f"{gflops:.1f}", gflops / peak))
    return rows


def paper(options, peak):
    """The tables of the paper's network at both shapes; returns all figures."""
    raw = []
    for shape in SHAPES:
        figures = measure(options, shape)
        raw.append(dict(shape=shape, figures=figures))
        table(title(shape), report(figures, peak))
    return raw


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--space", nargs="+", choices=compare_spaces.SPACES, help="these known spaces instead of the paper's network")
    p.add_argument("--size", nargs="+", choices=compare_spaces.SIZES, default=compare_spaces.SIZES, help="sizes of a known space's network")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--draws", type=int, default=20)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--candidates", type=int, default=600, help="candidates that ours scores of a known space")
    p.add_argument("--peer-candidates", type=int, default=60, help="of these, the first that the peer scores, one by one")
    p.add_argument("--oneshot", default=os.path.join(ROOT, "target", "release", "oneshot"), help="our program for the paper's network")
    p.add_argument("--spaces", default=os.path.join(ROOT, "target", "release", "spaces"), help="our program for known spaces")
    p.add_argument("--quick", action="store_true", help="one round of four draws and eight candidates: does it run?")
    p.add_argument("--out", help="all raw figures, as JSON")
    options = p.parse_args()
    if options.quick:
        options.rounds, options.draws, options.candidates, options.peer_candidates = 1, 4, 8, 8
    ours = options.spaces if options.space else options.oneshot
    if not os.path.exists(ours):
        sys.exit(f"{ours}: not found; expected the program that `cargo build --release --bin {os.path.basename(ours)}` makes")
    about = machine(options)
    about["matmul"] = peak = lines("oneshot_torch.py", dict(masks=os.path.join(HERE, "m8.json"), threads=options.threads, what="matmul"))
    for key, value in about.items():
        print(f"- {key}: {value}" if key != "matmul" else "- matrix product: " + ", ".join(f"{p['size']}³ {p['gflops']} GFLOP/s" for p in peak) + f" (torch {peak[0]['torch']})")
    raw = compare_spaces.all_tables(options) if options.space else paper(options, max(p["gflops"] for p in peak))
    if options.out:
        with open(options.out, "w") as file:
            json.dump(dict(machine=about, shapes=raw), file, indent=1)


if __name__ == "__main__":
    main()
