"""What a visit to a graphics card brought back, as BENCHMARKS.md's table, held against what it must reach.

  python3 benches/card.py OUT/card.json            # ends with 1 where a test failed or a figure is below its threshold

A figure is a median over draws; ratios are of figures of the same visit.
"""

import argparse
import json
import sys

# Name, ratio, what it must be at least. A rehearsal has no thresholds: its sizes say nothing.
AT_LEAST = {
    "training step beside `torch.compile`": 2.0,
    "candidates a second beside PyTorch one by one": 8.0,
    "NAS-Bench-201, training step": 4.0,
    "NAS-Bench-201, candidates a second": 8.0,
}
# Of the paper's supernet: 5,000 steps of 1,024 images.
STEPS, MINUTES = 5000, 20.0
MUST_PASS = ("devices", "kernel tests", "update tests", "kernel tests, Vulkan")


class Card:
    def __init__(self, card):
        self.card = card
        self.steps = {step["name"]: step for step in card["steps"]}

    def figure(self, step, what, key, mode=None):
        """A figure of a step; the best of its modes where none is given. None where it was not measured."""
        lines = self.steps.get(step, {}).get("figures", [])
        found = [line[key] for line in lines if line.get("what") == what and mode in (None, line.get("mode"))]
        best = min if key == "ms" else max
        return best(found) if found else None

    def ms(self, step, mode=None):
        return self.figure(step, "train_step", "ms", mode)

    def own_step(self):
        """The paper's training step of this library, warm if it was measured twice."""
        return self.ms("large again") or self.ms("large")

    def rate(self, step, mode=None):
        return self.figure(step, "score_candidates", "candidates_per_s", mode)


def rows(card):
    """Name, theirs, ours, ratio (ours the faster: above 1)."""
    ours = card.own_step()
    times = [
        ("training step beside PyTorch in float32", card.ms("large, PyTorch, float32"), ours),
        ("training step beside PyTorch's default", card.ms("large, PyTorch, its default", "sparse"), ours),
        ("training step beside PyTorch, all on, times 0 or 1", card.ms("large, PyTorch, its default", "dense"), ours),
        ("training step beside PyTorch, channels last", card.ms("large, PyTorch, channels last"), ours),
        ("training step beside PyTorch with autocast", card.ms("large, PyTorch, autocast"), ours),
        ("training step beside `torch.compile`", card.ms("large, PyTorch, compiled"), ours),
        ("training step on Vulkan beside the same on CUDA", ours, card.ms("large, Vulkan")),
        ("training step, F = 64, beside PyTorch's default", card.ms("wide, PyTorch, its default"), card.ms("wide")),
        ("NAS-Bench-201, training step", card.ms("NAS-Bench-201, PyTorch"), card.ms("NAS-Bench-201, train")),
    ]
    rates = [
        ("candidates a second beside PyTorch one by one", card.rate("large, scoring, PyTorch", "one_by_one"), card.rate("large, scoring")),
        ("candidates a second beside PyTorch in groups", card.rate("large, scoring, PyTorch", "grouped"), card.rate("large, scoring")),
        ("NAS-Bench-201, candidates a second", card.rate("NAS-Bench-201, PyTorch"), card.rate("NAS-Bench-201, score")),
    ]
    for name, theirs, found in times:
        yield name, theirs, found, "ms", theirs / found if theirs and found else None
    for name, theirs, found in rates:
        yield name, theirs, found, "", found / theirs if theirs and found else None


def failures(card, table):
    for name in MUST_PASS:
        step = card.steps.get(name, {})
        if step.get("code") != 0:
            yield f"{name}: ended with {step.get('code', 'nothing: it did not run')}"
    if card.card["rehearsal"]:
        yield from (f"{step['name']}: ended with {step.get('code')}" for step in card.card["steps"] if step.get("code") != 0 and step["name"] not in MUST_PASS)
        return
    ratios = {name: ratio for name, *_, ratio in table}
    for name, least in AT_LEAST.items():
        if ratios[name] is None or ratios[name] < least:
            yield f"{name}: {'not measured' if ratios[name] is None else f'{ratios[name]:.2f}'}, at least {least} is asked for"
    step = card.own_step()
    if step is None or STEPS * step / 60e3 > MINUTES:
        yield f"{STEPS} steps: {'not measured' if step is None else f'{STEPS * step / 60e3:.1f} min'}, at most {MINUTES:.0f} are asked for"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="card.json of a visit")
    card = Card(json.load(open(parser.parse_args().file)))
    table = list(rows(card))
    what = "rehearsal without a card: no figure here says anything about one" if card.card["rehearsal"] else card.card.get("card", "a card")
    print(f"{card.card['date']}, commit {card.card['commit']}, {what}\n")
    print("| | theirs | ours | ratio |\n|---|---|---|---|")
    number = lambda value, unit: "not measured" if value is None else f"{value:.1f} {unit}".rstrip()
    for name, theirs, found, unit, ratio in table:
        print(f"| {name} | {number(theirs, unit)} | {number(found, unit)} | {'' if ratio is None else f'{ratio:.2f}'} |")
    step = card.own_step()
    if step is not None:
        print(f"\n{STEPS} steps take {STEPS * step / 60e3:.1f} min at that rate.")
    failed = list(failures(card, table))
    for line in failed:
        print(line, file=sys.stderr)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
