"""The pre-registered tests on the held-out networks of the truth table, once.

Reads roles.csv, networks.csv and scores.csv beside it and writes opened.txt. It refuses a table that is not whole, and a second run. With
--rehearse the accuracies are made up from parameters and noise, so that the program can be tried without opening anything.

numpy 2.4.6.
"""

import argparse
import csv
import pathlib
import sys

import numpy

HERE = pathlib.Path(__file__).parent
CANDIDATES, TWICE, BLOCK, RESAMPLES = 500, 50, 30, 10_000
PENALTIES = [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]
WEIGHTLESS = [0, 5, 6]  # identity, max3, avg3
TESTS = [("C", "A"), ("D", "B"), ("E", "D"), ("E", "F"), ("G", "A")]
NAMES = {
    "A": "ramp, accuracy",
    "B": "parameters",
    "C": "constant rate .1, loss, one supernet",
    "D": "constant rate .1, loss, three averaged",
    "E": "ridge on D, parameters and counts, 30 rows",
    "F": "ridge on parameters and counts, 30 rows",
    "G": "ramp, accuracy, inputs regressed out",
}


def rows(name):
    with open(HERE / name) as file:
        return list(csv.DictReader(file))


def counts(architecture):
    """Reads of the cell's inputs, edges from block to block, longest path of blocks, blocks that none reads, operations without and with weights."""
    blocks = [block.split(":") for block in architecture.split("/")]
    reads = sum(inputs[:2].count("1") for inputs, _ in blocks)
    edges = [[i for i, on in enumerate(inputs[2:]) if on == "1"] for inputs, _ in blocks]
    depth = []
    for read in edges:
        depth.append(1 + max((depth[i] for i in read), default=0))
    unread = len(blocks) - len({i for read in edges for i in read})
    weightless = sum(operations[i] == "1" for _, operations in blocks for i in WEIGHTLESS)
    weighted = sum(operations.count("1") for _, operations in blocks) - weightless
    return [reads, sum(map(len, edges)), max(depth), unread, weightless, weighted]


def ridge(features, values):
    """Predictions by ridge with the penalty of the least leave-one-out error; columns at mean 0 and deviation 1 over `features`."""
    mean, deviation = features.mean(0), features.std(0)
    scaled = lambda x: (x - mean) / numpy.where(deviation > 0, deviation, 1)
    x, centre = scaled(features), values.mean()
    best = None
    for penalty in PENALTIES:
        inverse = numpy.linalg.inv(x.T @ x + penalty * numpy.eye(x.shape[1]))
        leverage = numpy.einsum("ij,jk,ik->i", x, inverse, x) + 1 / len(values)
        weights = inverse @ x.T @ (values - centre)
        error = numpy.mean(((values - centre - x @ weights) / (1 - leverage)) ** 2)
        if best is None or error < best[0]:
            best = error, weights
    return lambda other: centre + scaled(other) @ best[1]


def signs(values):
    return numpy.sign(values[:, None] - values[None, :]).astype(numpy.float32)


class Agreement:
    """Kendall's tau-b of a ranking with the truth, for the networks as often as drawn."""

    def __init__(self, ranking, truth):
        x, y = signs(ranking), signs(truth)
        self.product, self.x, self.y = x * y, x * x, y * y

    def tau(self, times):
        of = lambda pairs: numpy.einsum("bi,ij,bj->b", times, pairs, times, optimize=True)
        return of(self.product) / numpy.sqrt(of(self.x) * of(self.y))


def scores_of(supernet, column):
    lists = {}
    for row in rows("scores.csv"):
        if row["supernet"] == supernet:
            lists.setdefault(row["seed"], {})[row["architecture"]] = float(row[column])
    return [lists[seed] for seed in sorted(lists)]


def rankings(order, truth, parameters):
    """Lists of scores of all candidates, by name: a family's tau is the mean over its lists."""
    column = lambda scores: numpy.array([scores[architecture] for architecture in order])
    ramp = [column(scores) for scores in scores_of("ramp", "accuracy")]
    constant = [-column(scores) for scores in scores_of("constant", "loss")]
    averaged = numpy.mean(constant, axis=0)
    structure = numpy.array([counts(architecture) for architecture in order], float)
    inputs = numpy.c_[numpy.ones(len(order)), structure[:, :2]]
    without = lambda list: list - inputs @ numpy.linalg.lstsq(inputs, list, rcond=None)[0]
    counted = numpy.c_[numpy.log(parameters), structure]
    blocks = [slice(first, first + BLOCK) for first in range(0, 150, BLOCK)]
    fit = lambda features: [ridge(features[block], truth[block])(features) for block in blocks]
    return {
        "A": ramp,
        "B": [parameters],
        "C": constant,
        "D": [averaged],
        "E": fit(numpy.c_[averaged, counted]),
        "F": fit(counted),
        "G": [without(list) for list in ramp],
    }


def holm(values):
    """Holm's adjusted p of each."""
    adjusted, least = {}, 0.0
    for place, name in enumerate(sorted(values, key=values.get)):
        least = max(least, min(1.0, (len(values) - place) * values[name]))
        adjusted[name] = least
    return adjusted


def report(families, truth, held_out):
    rng = numpy.random.default_rng(20261128)
    n = len(held_out)
    times = rng.multinomial(n, numpy.full(n, 1 / n), RESAMPLES).astype(numpy.float32)
    once = numpy.ones((1, n), numpy.float32)
    lines, drawn, value = [f"{n} held-out networks, {RESAMPLES} resamples"], {}, {}
    for name, lists in families.items():
        agreements = [Agreement(list[held_out], truth[held_out]) for list in lists]
        each = [float(agreement.tau(once)[0]) for agreement in agreements]
        drawn[name] = numpy.mean([agreement.tau(times) for agreement in agreements], axis=0)
        value[name] = numpy.mean(each)
        low, high = numpy.percentile(drawn[name], [2.5, 97.5])
        shown = " ".join(f"{tau:.3f}" for tau in each)
        lines.append(f"{name}  {NAMES[name]:<44}{value[name]:>7.3f} [{low:.3f}, {high:.3f}]  each: {shown}")
    p = {}
    for one, other in TESTS:
        difference = drawn[one] - drawn[other]
        side = min(numpy.sum(difference <= 0), numpy.sum(difference >= 0))
        p[one, other] = min(1.0, 2 * (side + 1) / (RESAMPLES + 1))
    adjusted = holm(p)
    for one, other in TESTS:
        low, high = numpy.percentile(drawn[one] - drawn[other], [2.5, 97.5])
        difference = value[one] - value[other]
        lines.append(
            f"{one} - {other}  {difference:+.3f} [{low:+.3f}, {high:+.3f}]  p = {p[one, other]:.4f}, "
            f"after Holm {adjusted[one, other]:.4f}"
        )
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rehearse", action="store_true", help="made-up accuracies")
    rehearse = arguments.parse_args().rehearse
    opened = HERE / "opened.txt"
    if opened.exists() and not rehearse:
        sys.exit(f"{opened.name}: the held-out networks were opened before")
    roles = rows("roles.csv")
    order = [row["architecture"] for row in roles]
    networks = {(row["architecture"], row["seed"]): row for row in rows("networks.csv")}
    missing = [(a, "1") for a in order if (a, "1") not in networks]
    missing += [(a, "2") for a in order[:TWICE] if (a, "2") not in networks]
    if len(order) != CANDIDATES or (missing and not rehearse):
        sys.exit(f"networks.csv: {len(missing)} trainings of {CANDIDATES + TWICE} are missing; the table is opened when it is whole")
    if rehearse:
        rng = numpy.random.default_rng(1)
        parameters = numpy.array([20_000 + 9_000 * counts(a)[5] for a in order], float)
        truth = 0.6 + 2e-7 * parameters + 0.01 * rng.standard_normal(CANDIDATES)
    else:
        parameters = numpy.array([float(networks[a, "1"]["parameters"]) for a in order])
        truth = numpy.array([float(networks[a, "1"]["test_accuracy"]) for a in order])
    held_out = numpy.array([i for i, row in enumerate(roles) if row["role"] == "held-out"])
    text = report(rankings(order, truth, parameters), truth, held_out)
    print("REHEARSAL, made-up accuracies\n" * rehearse + text, end="")
    if not rehearse:
        opened.write_text(text)


if __name__ == "__main__":
    main()
