"""What each way to train and rank prefers that training from scratch does not, and how far it is from counting parameters.

Reads result.json beside it, or in the folder that is given, and the parameters of ../correlation/networks.csv; needs SciPy.
"""

import csv
import json
import pathlib
import random
import statistics
import sys

from scipy.stats import kendalltau

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / sys.argv[1] if len(sys.argv) > 1 else HERE
result = json.load(open(FOLDER / "result.json"))["result"]
networks, truth = result["networks"], result["truth"]
rows = csv.DictReader(open(HERE.parent / "correlation" / "networks.csv"))
parameters = {row["architecture"]: float(row["parameters"]) for row in rows}
sizes = [parameters[network] for network in networks]
inputs = [sum(block.split(":")[0].count("1") for block in network.split("/")) for network in networks]


def tau(x, y):
    return kendalltau(x, y)[0]


def partial(x, y, z):
    """Kendall's tau-b of x and y given z."""
    a, b, c = tau(x, y), tau(x, z), tau(y, z)
    return (a - b * c) / ((1 - b * b) * (1 - c * c)) ** 0.5


def mean_over(scores, of):
    return statistics.mean(of(each) for each in scores)


draws = random.Random(1)
samples = [[draws.randrange(len(truth)) for _ in truth] for _ in range(2000)]


def ahead(scores, drawn):
    """Kendall(scores) - Kendall(parameters) on the networks drawn."""
    of = lambda values: [values[i] for i in drawn]
    return mean_over(scores, lambda each: tau(of(each), of(truth))) - tau(of(sizes), of(truth))


print(f"{'ranking':<26}{'truth':>7}{'- parameters [95 %]':>24}{'inputs':>9}{'size':>7}{'truth | inputs':>16}{'supernets':>11}{'of three':>10}")
for row in result["rows"]:
    scores = row["scores"]
    drawn = sorted(ahead(scores, sample) for sample in samples)
    whole = ahead(scores, range(len(truth)))
    interval = f"{whole:.2f} [{drawn[50]:.2f}, {drawn[1949]:.2f}]"
    pairs = [(0, 1), (0, 2), (1, 2)]
    print(
        f"{row['ablation'] or 'the method as it is':<26}"
        f"{mean_over(scores, lambda each: tau(each, truth)):>7.2f}{interval:>24}"
        f"{mean_over(scores, lambda each: tau(each, inputs)):>9.2f}"
        f"{mean_over(scores, lambda each: tau(each, sizes)):>7.2f}"
        f"{mean_over(scores, lambda each: partial(each, truth, inputs)):>16.2f}"
        f"{statistics.mean(tau(scores[a], scores[b]) for a, b in pairs):>11.2f}"
        f"{tau([statistics.mean(three) for three in zip(*scores)], truth):>10.2f}"
    )
print(f"from scratch with inputs {tau(truth, inputs):.2f}, with size {tau(truth, sizes):.2f}; size with inputs {tau(sizes, inputs):.2f}")
