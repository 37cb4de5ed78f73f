"""What the divergence from almost all paths on goes with: Kendall's tau-b of small divergence, the mean over the supernets, on both samples.

Reads result.json beside it; needs SciPy.
"""

import json
import pathlib
import statistics

from scipy.stats import kendalltau

result = json.loads(pathlib.Path(__file__).with_name("result.json").read_text())["result"]
tau = lambda x, y: kendalltau(x, y)[0]


def count(architecture, part):
    return sum(block.split(":")[part].count("1") for block in architecture.split("/"))


def columns(member):
    return {
        "one-shot accuracy": statistics.mean(score["accuracy"] for score in member["one_shot"]),
        "accuracy from scratch": member["stand_alone"][0]["accuracy"],
        "inputs": count(member["architecture"], 0),
        "operations": count(member["architecture"], 1),
        "parameters": member["cost"]["parameters"],
    }


small = [-statistics.mean(each) for each in zip(*result["divergences"])]
print(f"{'small divergence with':<24}{'at random':>11}{'stratified':>12}")
for name in columns(result["members"][0]):
    line = f"{name:<24}"
    for drawn, width in [("natural", 11), ("stratified", 12)]:
        places = [i for i, member in enumerate(result["members"]) if member["drawn"] == drawn]
        line += f"{tau([small[i] for i in places], [columns(result['members'][i])[name] for i in places]):>{width}.2f}"
    print(line)

print(f"\n{'what costs most to switch off, of each choice':<50}{'points':>8}{'nats':>8}")
choices = {}
for row in result["switched_off"]:
    choices.setdefault(row["choice"], []).append((statistics.mean(row["divergence"]), row))
for choice, rows in choices.items():
    nats, row = max(rows, key=lambda each: each[0])
    print(f"{choice + ': ' + row['option']:<50}{100 * statistics.mean(row['accuracy']):>8.2f}{nats:>8.3f}")
