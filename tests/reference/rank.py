"""Rank statistics by SciPy: Kendall's tau-b and Spearman's rho, with ties and without. Writes rank.json beside this file."""
import json, os, platform, random
import numpy, scipy
from scipy.stats import kendalltau, spearmanr

rng = random.Random(0)
cases = []
for n, levels in [(2, None), (5, None), (30, None), (200, None), (5, 3), (30, 4), (200, 7), (200, 2)]:
    x = [rng.random() if levels is None else float(rng.randrange(levels)) for _ in range(n)]
    y = [v + 0.5 * rng.random() if levels is None else float(min(levels - 1, max(0, v + rng.randrange(-1, 2)))) for v in x]
    if len(set(x)) < 2 or len(set(y)) < 2:
        x[0], y[0] = x[1] + 1, y[1] + 1
    cases.append(dict(x=x, y=y, kendall=float(kendalltau(x, y).statistic), spearman=float(spearmanr(x, y).statistic)))
here = os.path.dirname(os.path.abspath(__file__))
versions = dict(scipy=scipy.__version__, numpy=numpy.__version__, python=platform.python_version())
json.dump(dict(command="python3 tests/reference/rank.py", versions=versions, cases=cases), open(os.path.join(here, "rank.json"), "w"))
