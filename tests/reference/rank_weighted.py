"""Kendall's tau with pair weights w_i * w_j by SciPy's weightedtau, and partial correlations: Pearson's from the residuals of least squares
(numpy), Spearman's from the ranks in the same way, Kendall's by its formula from SciPy's taus. Writes rank_weighted.json beside this file."""
import json, math, os, platform, random
import numpy, scipy
from scipy.stats import kendalltau, rankdata, weightedtau

rng = random.Random(1)


def residual_correlation(x, y, z):
    x, y, z = (numpy.asarray(v, dtype=float) for v in (x, y, z))
    design = numpy.stack([numpy.ones_like(z), z], axis=1)
    left = lambda v: v - design @ numpy.linalg.lstsq(design, v, rcond=None)[0]
    return float(numpy.corrcoef(left(x), left(y))[0, 1])


def partial(xy, xz, yz):
    return (xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2))


cases = []
for n, levels in [(5, None), (15, None), (60, None), (15, 4), (60, 3), (60, 8)]:
    draw = lambda: rng.random() if levels is None else float(rng.randrange(levels))
    z = [draw() for _ in range(n)]
    x = [a + draw() for a in z]
    y = [a + draw() for a in z]
    w = [0.2 + 3 * rng.random() for _ in range(n)]
    weights = numpy.asarray(w)
    tau = weightedtau(x, y, rank=False, weigher=lambda i: weights[i], additive=False).statistic
    taus = [float(kendalltau(a, b).statistic) for a, b in [(x, y), (x, z), (y, z)]]
    cases.append(dict(
        x=x, y=y, z=z, weights=w, weighted_kendall=float(tau), partial_pearson=residual_correlation(x, y, z),
        partial_spearman=residual_correlation(rankdata(x), rankdata(y), rankdata(z)), partial_kendall=partial(*taus)))
here = os.path.dirname(os.path.abspath(__file__))
versions = dict(scipy=scipy.__version__, numpy=numpy.__version__, python=platform.python_version())
json.dump(dict(command="python3 tests/reference/rank_weighted.py", versions=versions, cases=cases),
          open(os.path.join(here, "rank_weighted.json"), "w"))
