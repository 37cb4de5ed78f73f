"""The known spaces: both programs in turn on the same masks, after a check that the same weights give both the same logits."""
import os, sys, tempfile
from programs import OURS, PEER, lines, median, same, table

SPACES = ["nas-bench-201", "nas-bench-macro", "darts", "mobile"]
SIZES = ["small", "published"]
# The largest |Δ| / max(1, |logit|) that is rounding: sums of some thousand terms, in another order.
ROUNDING = 1e-3


def check(options, ours, case, out):
    """Refuses networks that are not the same."""
    lines(options.spaces, dict(ours, what="check", out=out))
    for line in lines("spaces_torch.py", dict(file=case, check=out, threads=options.threads)):
        print(f"  {line['mode']}: logits {line['difference']:.1e} apart", file=sys.stderr)
        if not line["difference"] < ROUNDING:
            sys.exit(f"{ours['space']} {ours['size']}: the same weights give logits that are {line['difference']:.1e} apart, expected below {ROUNDING:.0e}")


def measure(options, space, size, folder):
    """All figures of a size of a space, round by round."""
    case = os.path.join(folder, "case.json")
    ours = dict(space=space, size=size, file=case, threads=options.threads)
    peer = dict(file=case, threads=options.threads)
    lines(options.spaces, dict(ours, what="case"))
    check(options, ours, case, os.path.join(folder, "weights"))
    train, peer_score = dict(what="train", draws=options.draws), dict(what="score", candidates=options.peer_candidates)
    turns = [(PEER, dict(peer, **train, modes="each")), (OURS, dict(ours, **train)), (PEER, dict(peer, **train, modes="grouped")),
             (PEER, dict(peer, **peer_score)), (OURS, dict(ours, what="score", draws=1, candidates=options.candidates))]
    figures = []
    for round_ in range(options.rounds):
        for program, arguments in turns:
            found = lines("spaces_torch.py" if program == PEER else options.spaces, arguments)
            figures += [dict(line, program=program, round=round_) for line in found]
            print(f"  round {round_ + 1}, {program} {arguments['what']} done", file=sys.stderr)
    same(figures, ("params", "paths_on"))
    return figures


def report(figures):
    """The rows of a size: figure, theirs, ours, ratio. A step is compared with the faster of the peer's two."""
    of = lambda *place: median(figures, *place)
    modes = {mode: of(PEER, "train_step", mode, "ms") for mode in ("each", "grouped")}
    faster = min(modes, key=modes.get)
    ours = of(OURS, "train_step", "kernels", "ms")
    rows = [(f"training step, PyTorch `{mode}`" + ", the faster" * (mode == faster), f"{ms:.1f} ms", f"{ours:.1f} ms", ms / ours) for mode, ms in modes.items()]
    score = [of(program, "score_candidates", mode, "candidates_per_s") for program, mode in ((PEER, "one_by_one"), (OURS, "kernels"))]
    rows.append(("candidates scored per second, PyTorch one by one", f"{score[0]:.2f}", f"{score[1]:.2f}", score[1] / score[0]))
    for name, what, mode in ((f"training, PyTorch `{faster}`", "train_step", faster), ("scoring", "score_candidates", "one_by_one")):
        theirs, ours = of(PEER, what, mode, "mib_above_start"), of(OURS, what, "kernels", "mib_above_start")
        rows.append((f"memory above the start (ratio: share of theirs), {name}", f"{theirs:.0f} MiB", f"{ours:.0f} MiB", ours / max(theirs, 1)))
    return rows


def all_tables(options):
    """The table of each size of each space asked for; returns all figures."""
    raw = []
    for space in options.space:
        for size in options.size:
            with tempfile.TemporaryDirectory() as folder:
                figures = measure(options, space, size, folder)
            raw.append(dict(space=space, size=size, figures=figures))
            params = next(f["params"] for f in figures if f["what"] == "train_step")
            table(f"{space}, {size}: {params:,} weights", report(figures))
    return raw
