"""Whether a search on a graphics device found what the same search found on Flex: python3 .ci/near.py THERE FLEX, two directories of runs.

The first steps differ by rounding alone. Training doubles a difference again and again, so that later numbers are held against what they mean: the
same candidates at the same costs, scores and the table's accuracies near each other. The limits were set when a first run on SwiftShader was known: its
losses were 1e-7 apart for nine steps, 4e-4 at the twelfth, then some 1e-2.
"""

import csv
import json
import pathlib
import sys

# Steps whose losses agree to rounding; then how far apart what follows may be.
FIRST, ROUNDING = 8, 1e-5
SCORE_LOSS, TEST_POINTS = 0.05, 4.0


def losses(run):
    events = map(json.loads, (run / "events.jsonl").read_text().splitlines())
    return {e["step"]: e["loss"] for e in events if e["event"] == "step" and e["stage"] == "supernet training"}


def rows(run, name):
    with open(run / name) as file:
        return list(csv.DictReader(file))


def main():
    there, flex = map(pathlib.Path, sys.argv[1:3])
    failed = []

    def hold(name, found, most):
        print(f"{name}: {found:.2g} apart, at most {most:g}")
        if not found <= most:
            failed.append(name)

    a, b = losses(there), losses(flex)
    hold(f"losses of the first {FIRST} steps", max(abs(a[step] - b[step]) / b[step] for step in range(1, FIRST + 1)), ROUNDING)
    a, b = ({row["architecture"]: row for row in rows(run, "candidates.csv")} for run in (there, flex))
    costs = lambda table: {name: (row["parameters"], row["macs"]) for name, row in table.items()}
    if costs(a) != costs(b):
        failed.append("candidates and their costs")
    else:
        distance = [abs(float(a[name]["one_shot_loss"]) - float(b[name]["one_shot_loss"])) for name in a]
        hold("one-shot losses, on average", sum(distance) / len(distance), SCORE_LOSS)
    mean = lambda run: 100 * sum(float(row["test_accuracy"]) for row in rows(run, "networks.csv")) / len(rows(run, "networks.csv"))
    hold("test accuracy of all networks in points, on average", abs(mean(there) - mean(flex)), TEST_POINTS)
    sys.exit("; ".join(f"{name}: not near" for name in failed))


if __name__ == "__main__":
    main()
