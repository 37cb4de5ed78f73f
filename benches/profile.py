"""Where the time of a training step and of scoring goes: share by class of operation, as a table.

  cargo build --release --bin oneshot
  python3 benches/profile.py [--out samples.json]

Needs Linux and perf. It samples `oneshot` (the counterpart of the PyTorch peer) 499 times a second at the two shapes, with kernels
and with plain Burn operations, and sorts the functions by name. Waiting (threads that stay awake for the next operation, and the
scheduler) stands apart: shares are of the rest.
"""
import argparse, json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SHAPES = {"F=8, 16×16": "--masks {peer}/m8.json --filters 8 --cells 3 --image 16 --ghosts 8 --ghost-size 16",
          "F=16, 32×32": "--masks {peer}/m4.json --filters 16 --cells 3 --image 32 --ghosts 4 --ghost-size 16"}
# What is sampled: name, mode, what, draws.
RUNS = [("step, kernels", "kernels", "train", 20), ("step, plain Burn", "plain_burn", "train", 6),
        ("scoring, kernels", "kernels", "score", 10), ("scoring, plain Burn", "plain_burn", "score", 3)]
WAITING = "waiting"
# The first pattern that a function's name has. Names in brackets come first: they are the kernel of the operating system.
CLASSES = [
    (WAITING, r"sched|yield|rayon_core|crossbeam|spin_lock_slowpath|finish_task_switch|futex|native_write_msr|do_idle|awake"),
    ("1x1 and dense convolutions, forward and input gradient", r"flex::contract::(sums|pack)"),
    ("1x1 and dense convolutions, weight gradient", r"flex::contract"),
    ("depthwise convolutions", r"flex::(depthwise|planes)"),
    ("normalisation with ReLU, forward", r"flex::norm::(forward|stat)"),
    ("normalisation with ReLU, backward", r"flex::norm"),
    ("pools and means of windows", r"flex::(pool|mean_pool)|burn_flex::ops::pool"),
    ("sums over ghost batches", r"flex::(add_on|ghosts)"),
    ("zeros and copies", r"memset|memmove|memcpy|flex::zeros|copy_2d_tiled"),
    ("memory: allocation and page faults", r"^\[k\]|malloc|_int_free|^\[\.\] (free|calloc|realloc|cfree|sysmalloc|unlink_chunk)"),
    ("convolutions and products of Burn", r"burn_flex::ops::(conv|matmul)|gemm"),
    ("selecting and scattering ghost batches", r"gather_scatter|burn_flex::ops::(slice|cat)"),
    ("element by element and reductions of Burn", r"burn_flex::(ops|zip|strided)|macerator"),
    ("closures whose operation has no name", r"FnMut|for_each|FnOnce|Iterator|iter::plumbing"),
]


def classify(symbol):
    return next((name for name, pattern in CLASSES if re.search(pattern, symbol)), "everything else")


def sample(oneshot, arguments):
    """Share of each function in the samples of a run: {symbol: percent}."""
    with tempfile.NamedTemporaryFile() as data:
        record = ["perf", "record", "-q", "-F", "499", "-o", data.name, "--", oneshot] + arguments
        subprocess.run(record, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        report = subprocess.run(["perf", "report", "-i", data.name, "--sort", "symbol"], check=True, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True).stdout
    shares = {}
    for line in report.splitlines():
        found = re.match(r"\s*([\d.]+)%\s+(\[[k.]\] .*?)(\s+-)*\s*$", line)
        if found:
            shares[found[2]] = shares.get(found[2], 0) + float(found[1])
    return shares


def by_class(shares):
    """Percent of the time that is not waiting, by class, and the percent of all that is."""
    classes = {}
    for symbol, share in shares.items():
        name = classify(symbol)
        classes[name] = classes.get(name, 0) + share
    waiting = classes.pop(WAITING, 0)
    working = sum(classes.values())
    return {name: 100 * share / working for name, share in classes.items()}, waiting


def table(shape, columns):
    print(f"\n{shape}\n\n| share of the working time, % | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    names = [name for name, _ in CLASSES[1:]] + ["everything else"]
    for name in names:
        cells = [shares.get(name, 0) for shares, _ in columns.values()]
        if max(cells) >= 0.5:
            print(f"| {name} | " + " | ".join(f"{cell:.0f}" if cell >= 0.5 else "" for cell in cells) + " |")
    print("| (waiting, of all samples) | " + " | ".join(f"{waiting:.0f}" for _, waiting in columns.values()) + " |", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--oneshot", default=os.path.join(os.path.dirname(HERE), "target", "release", "oneshot"))
    p.add_argument("--out", help="the share of every function, as JSON")
    options = p.parse_args()
    if not os.path.exists(options.oneshot):
        sys.exit(f"{options.oneshot}: not found; expected the program that `cargo build --release --bin oneshot` makes")
    raw = {}
    for shape, sizes in SHAPES.items():
        columns = {}
        for name, mode, what, draws in RUNS:
            arguments = sizes.format(peer=os.path.join(HERE, "peer")).split() + ["--modes", mode, "--what", what, "--draws", str(draws)]
            shares = sample(options.oneshot, arguments)
            raw[f"{shape}: {name}"] = shares
            columns[name] = by_class(shares)
        table(shape, columns)
    if options.out:
        with open(options.out, "w") as file:
            json.dump(raw, file, indent=1)


if __name__ == "__main__":
    main()
