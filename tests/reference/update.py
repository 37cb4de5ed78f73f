"""Reference values of the masked update: three steps on four small slices in float64, written to update.json.

    python update.py

For a slice with weight w, velocity v (0 at first), share u of the ghost batches that use it, data gradient q (0 where u = 0)
and rate eta of step t, counted from 0:

    c = min(1, 5 / sqrt(sum over u > 0 of |q|^2))
    d = c * q + lambda * u * w               lambda = 0 for the bias
    u = 0:  w and v stay as they are
    u > 0:  v <- mu * v + d;   w <- w - eta * (d + mu * v)
    eta = 0.05 * (1 + cos(pi * t / 3))

"rest" is not used at step 1, when its velocity is no longer zero. Clipping acts at step 1 and not at steps 0 and 2. The
script asserts that torch.optim.SGD (Nesterov, no dampening), given clipped gradients, lambda * u as weight decay and no
gradient where u = 0, agrees to 1e-15.
"""
import json
import math
import pathlib
import platform

import torch

LAMBDA, MU, CLIP, STEPS, GHOSTS = 5e-4, 0.9, 5.0, 3, 3

# name: (lambda, first weights, ghost batches that use it at each step, data gradient at each step)
SLICES = {
    "always": (LAMBDA, [0.5, -1.25, 2.0], [3, 3, 3], [[0.3, -0.1, 0.7], [4.0, -3.0, 1.5], [-0.2, 0.45, 0.05]]),
    "rest": (LAMBDA, [-0.75, 1.5], [1, 0, 2], [[1.1, -0.6], [0.0, 0.0], [0.8, 0.25]]),
    "some": (LAMBDA, [3.0, 0.125, -0.6, 0.9], [2, 1, 3], [[-0.4, 0.2, 0.9, -1.3], [2.5, -6.0, 0.35, 3.2], [0.15, -0.55, 0.6, 0.1]]),
    "bias": (0.0, [0.2, -0.3], [3, 3, 3], [[0.05, -0.65], [-1.75, 2.25], [0.4, -0.9]]),
}


def main():
    w = {name: list(first) for name, (_, first, _, _) in SLICES.items()}
    v = {name: [0.0] * len(first) for name, first in w.items()}
    torch.set_num_threads(1)
    tensors = {name: torch.tensor(first, dtype=torch.float64, requires_grad=True) for name, first in w.items()}
    sgd = torch.optim.SGD([dict(params=[x], name=name) for name, x in tensors.items()], lr=1.0, momentum=MU, nesterov=True)
    steps = []
    for t in range(STEPS):
        eta = 0.05 * (1.0 + math.cos(math.pi * t / 3.0))
        u = {name: used[t] / GHOSTS for name, (_, _, used, _) in SLICES.items()}
        q = {name: grads[t] for name, (_, _, _, grads) in SLICES.items()}
        norm = math.sqrt(sum(x * x for name in SLICES if u[name] > 0 for x in q[name]))
        c = min(1.0, CLIP / norm)
        for name, (decay, _, _, _) in SLICES.items():
            if u[name] == 0:
                assert not any(q[name])
                continue
            for i in range(len(w[name])):
                d = c * q[name][i] + decay * u[name] * w[name][i]
                v[name][i] = MU * v[name][i] + d
                w[name][i] = w[name][i] - eta * (d + MU * v[name][i])

        for group in sgd.param_groups:
            name, x = group["name"], group["params"][0]
            group["lr"], group["weight_decay"] = eta, SLICES[name][0] * u[name]
            x.grad = torch.tensor(q[name], dtype=torch.float64) * c if u[name] else None
        sgd.step()
        for name, x in tensors.items():
            for ours, theirs in ((w, x.detach()), (v, sgd.state[x]["momentum_buffer"])):
                assert (torch.tensor(ours[name], dtype=torch.float64) - theirs).abs().max() <= 1e-15 * max(1.0, theirs.abs().max())

        steps.append(dict(t=t, eta=eta, norm=norm, c=c, slices=[dict(name=n, u=u[n], q=q[n], w=list(w[n]), v=list(v[n])) for n in SLICES]))
        print(f"step {t}: eta {eta:.4f}, gradient norm {norm:.4f}, c {c:.4f}")
    assert [step["c"] < 1 for step in steps] == [False, True, False]
    assert steps[0]["slices"][1]["w"] == steps[1]["slices"][1]["w"] and any(steps[1]["slices"][1]["v"])

    line = lambda items: ",\n".join(f"  {json.dumps(item)}" for item in items)
    head = dict(command="python update.py", torch=torch.__version__, python=platform.python_version(), dtype="float64",
                mu=MU, clip=CLIP, ghosts=GHOSTS)
    start = [dict(name=name, **{"lambda": decay}, w=first) for name, (decay, first, _, _) in SLICES.items()]
    body = ",\n".join(
        f' {{"t": {s["t"]}, "eta": {s["eta"]!r}, "norm": {s["norm"]!r}, "c": {s["c"]!r}, "slices": [\n{line(s["slices"])}\n ]}}' for s in steps)
    text = "{\n" + "\n".join(f" {json.dumps(k)}: {json.dumps(x)}," for k, x in head.items())
    text += f'\n "slices": [\n{line(start)}\n ],\n "steps": [\n{body}\n ]\n}}\n'
    json.loads(text)
    pathlib.Path(__file__).with_name("update.json").write_text(text)


if __name__ == "__main__":
    main()
