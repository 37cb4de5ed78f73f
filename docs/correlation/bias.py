"""What one-shot accuracy prefers that accuracy from scratch does not: Kendall's tau-b of both with simple counts of an architecture.

Reads networks.csv beside it; needs SciPy.
"""

import csv
import math
import pathlib
import statistics

from scipy.stats import kendalltau

OPERATIONS = ["identity", "sep3", "sep5", "sep7", "conv1x7_7x1", "max3", "avg3"]
SUPERNETS = ["accuracy_1", "accuracy_2", "accuracy_3"]


def counts(architecture):
    blocks = [block.split(":") for block in architecture.split("/")]
    found = {name: sum(operations[i] == "1" for _, operations in blocks) for i, name in enumerate(OPERATIONS)}
    found["inputs"] = sum(inputs.count("1") for inputs, _ in blocks)
    found["operations"] = sum(operations.count("1") for _, operations in blocks)
    return found


rows = list(csv.DictReader(open(pathlib.Path(__file__).with_name("networks.csv"))))
natural = [row for row in rows if row["drawn"] == "natural"]
truth = [float(row["test_accuracy"]) for row in natural]
one_shot = [statistics.mean(float(row[name]) for name in SUPERNETS) for row in natural]
tau = lambda x, y: kendalltau(x, y)[0]

print(f"drawn at random: {len(natural)}, standard deviation from scratch {100 * statistics.stdev(truth):.2f} points")
twice = [(float(row["test_accuracy"]), float(row["second_accuracy"])) for row in rows if row["second_accuracy"]]
noise = 100 * statistics.stdev(a - b for a, b in twice) / math.sqrt(2)
print(f"of one training, from {len(twice)} pairs of seeds: {noise:.2f} points")
for i, a in enumerate(SUPERNETS):
    for b in SUPERNETS[i + 1 :]:
        print(f"{a} and {b}: {tau([float(r[a]) for r in natural], [float(r[b]) for r in natural]):.2f}")
print(f"{'count':<14}{'from scratch':>14}{'one-shot':>10}")
for name in OPERATIONS + ["inputs", "operations"]:
    values = [counts(row["architecture"])[name] for row in natural]
    print(f"{name:<14}{tau(values, truth):>14.2f}{tau(values, one_shot):>10.2f}")
