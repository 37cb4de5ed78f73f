"""What each rate of path dropout does to one-shot accuracy: how it ranks, what it prefers, how supernets agree.

Reads result.json beside it; needs SciPy.
"""

import itertools
import json
import pathlib
import statistics

from scipy.stats import kendalltau

result = json.loads(pathlib.Path(__file__).with_name("result.json").read_text())["result"]
tau = lambda x, y: kendalltau(x, y)[0]


def inputs(architecture):
    return sum(block.split(":")[0].count("1") for block in architecture.split("/"))


print(f"{'path dropout':<16}{'truth':>7}{'of three':>10}{'inputs':>8}{'supernets':>11}{'stratified':>12}{'of three':>10}{'accuracy':>18}")
for study in result["studies"]:
    line = f"{study['variant']:<16}"
    for drawn in ["natural", "stratified"]:
        members = [member for member in study["members"] if member["drawn"] == drawn]
        truth = [member["stand_alone"][0]["accuracy"] for member in members]
        scores = list(zip(*([score["accuracy"] for score in member["one_shot"]] for member in members)))
        average = [statistics.mean(each) for each in zip(*scores)]
        line += f"{statistics.mean(tau(each, truth) for each in scores):>{7 if drawn == 'natural' else 12}.2f}{tau(average, truth):>10.2f}"
        if drawn == "natural":
            reads = [inputs(member["architecture"]) for member in members]
            line += f"{statistics.mean(tau(each, reads) for each in scores):>8.2f}"
            line += f"{statistics.mean(tau(a, b) for a, b in itertools.combinations(scores, 2)):>11.2f}"
    of = [100 * accuracy for accuracy in study["candidates"]]
    print(f"{line}{statistics.mean(of):>10.1f} ± {statistics.stdev(of):>3.1f} %")
