"""Reference values of the one-shot network: logits, loss and gradients in float64, written to network.json.

    python network.py

Every operation runs on every image and is multiplied by its 0/1 mask (dense), so that a program which runs only what is on
has something independent to agree with. Needs torch and numpy.

Before it writes, the script asserts that
  - a gradient is exactly zero iff the parameter is not used, for the batch and for each ghost batch alone, where use is
    worked out from the mask text and knows nothing of the network;
  - a stand-alone network, written separately (concat, one 1x1 per concat, library batch norm, pool after the 1x1) and given
    the parameters of one architecture and no others, has the logits of that ghost batch, and that the mean of the
    stand-alone gradients is the gradient of the batch.

Values are formulas, so that no weights are stored. All in float64, evaluated in the order written (left to right):
  parameter number p (zero-based) in the order of the sorted names, element i (zero-based) of its row-major flattening:
      (1.5 / sqrt(fan_in)) * sin(12.9898 * (i + 1) + 78.233 * (p + 1))
      fan_in: product of the dimensions after the first; of classifier.weight, which is stored (in, out), the first; of
      classifier.bias 4
  image element i of the row-major [images, 3, 8, 8]:
      cos(0.37 * (i + 1)) + 0.5 * sin(0.011 * (i + 1) * (i + 1))
  label of image i:
      (7 * i + 3) mod 5
  vector that gradients are multiplied with:
      cos(0.1 * (i + 1))
"""
import json
import math
import pathlib
import platform

import numpy
import torch
import torch.nn.functional as F

FILTERS, CELLS, BLOCKS, CLASSES = 4, 3, 3, 5
CHANNELS, SIDE = 3, 8
GHOSTS, GHOST_SIZE = 3, 4
EPSILON = 1e-5
REDUCING = {CELLS // 3, 2 * CELLS // 3}
OPERATIONS = ("identity", "sep3", "sep5", "sep7", "conv1x7_7x1", "max3", "avg3")
KERNEL = {1: 3, 2: 5, 3: 7}  # operation index -> side of a separable pair

# One mask per ghost batch, block by block: input bits (A', B', earlier blocks), ':', operation bits; blocks joined by '/'.
CASES = {
    # Ghost 0: block 0 has operations and no input. Ghost 1: block 0 has no operation, block 1 reads only block 0, block 2
    # reads both dead blocks and B'. Ghost 2: every block is live.
    "random": [
        "00:0110001/110:1010000/1101:0000110",
        "10:0000000/001:0101000/0111:1000010",
        "01:1000001/101:0010000/0010:0101100",
    ],
    "all_on": ["11:1111111/111:1111111/1111:1111111"] * 3,
    "architectures": [
        "11:0100000/101:0000011/0110:1000000",
        "10:1000100/011:0010000/1001:0001000",
        "01:0000010/100:0100001/0011:0010100",
    ],
    # Block 1 has no input in any ghost batch, so nothing that reads it is used.
    "one_mask": ["11:0100000/000:0010100/1111:1001011"] * 3,
}


# ---- parameters, images, labels


def cell_filters(c):
    return FILTERS * 2 ** sum(1 for r in REDUCING if r <= c)


def slices(stage):
    """Channels of each slice of a stage's output: 0 and 1 are the stems, 2 + c is cell c."""
    return [FILTERS] if stage < 2 else [cell_filters(stage - 2)] * (2 + BLOCKS)


def shapes():
    """Name -> shape of every parameter, in the order of the sorted names."""
    out = {"stem1.weight": [FILTERS, CHANNELS, 3, 3], "stem2.weight": [FILTERS, FILTERS, 3, 3]}
    for c in range(CELLS):
        f = cell_filters(c)
        for side, stage in (("a", c), ("b", c + 1)):
            for j, channels in enumerate(slices(stage)):
                out[f"cells.{c}.{side}.weights.{j}"] = [f, channels, 1, 1]
        for i in range(BLOCKS):
            block = f"cells.{c}.blocks.{i}"
            for j in range(2 + i):
                out[f"{block}.inputs.weights.{j}"] = [f, f, 1, 1]
            for o, k in KERNEL.items():
                for half in (0, 1):
                    out[f"{block}.operations.{o}.depthwise.{half}"] = [f, 1, k, k]
                    out[f"{block}.operations.{o}.pointwise.{half}"] = [f, f, 1, 1]
            out[f"{block}.operations.4.horizontal"] = [f, f, 1, 7]
            out[f"{block}.operations.4.vertical"] = [f, f, 7, 1]
    last = cell_filters(CELLS - 1)
    for j, channels in enumerate(slices(CELLS + 1)):
        out[f"head.weights.{j}"] = [last, channels, 1, 1]
    out["classifier.weight"] = [last, CLASSES]
    out["classifier.bias"] = [CLASSES]
    return dict(sorted(out.items()))


def fan_in(name, shape):
    if name == "classifier.bias":
        return 4
    return shape[0] if name == "classifier.weight" else math.prod(shape[1:])


def parameters():
    out = {}
    for p, (name, shape) in enumerate(shapes().items()):
        scale = 1.5 / math.sqrt(float(fan_in(name, shape)))
        flat = [scale * math.sin(12.9898 * (i + 1.0) + 78.233 * (p + 1.0)) for i in range(math.prod(shape))]
        out[name] = torch.tensor(flat, dtype=torch.float64).view(shape).requires_grad_()
    return out


def images():
    shape = [GHOSTS * GHOST_SIZE, CHANNELS, SIDE, SIDE]
    flat = [math.cos(0.37 * (i + 1.0)) + 0.5 * math.sin(0.011 * (i + 1.0) * (i + 1.0)) for i in range(math.prod(shape))]
    return torch.tensor(flat, dtype=torch.float64).view(shape)


def labels():
    return torch.tensor([(7 * i + 3) % 5 for i in range(GHOSTS * GHOST_SIZE)])


# ---- the dense network


class Dense:
    """The supernet with every operation run and multiplied by its mask. masks: one text per ghost batch.

    relu_margin is the least |x| that met a ReLU, max_margin the least gap between the two largest values of a window of a
    max pool, both over ghost batches in which the tensor is not all zeros. They say how far from a kink the values are."""

    def __init__(self, values, masks):
        self.values, self.groups = values, len(masks)
        rows = [[part.split(":") for part in mask.split("/")] for mask in masks]
        bits = lambda i, side: torch.tensor([[float(bit) for bit in row[i][side]] for row in rows], dtype=torch.float64)
        self.masks = [(bits(i, 0), bits(i, 1)) for i in range(BLOCKS)]
        self.relu_margin = self.max_margin = math.inf

    def norm_relu(self, x):
        """ReLU of the affine-free batch statistics of each ghost batch."""
        y = x.view(self.groups, -1, *x.shape[1:])
        var, mean = torch.var_mean(y, dim=(1, 3, 4), keepdim=True, unbiased=False)
        y = (y - mean) * torch.rsqrt(var + EPSILON)
        alive = y.detach().abs()[[bool(g.any()) for g in y]]
        if alive.numel():
            self.relu_margin = min(self.relu_margin, alive.min().item())
        return F.relu(y.view(x.shape))

    def rows(self, column):
        """One value per ghost batch -> [images, 1, 1, 1]."""
        return column.repeat_interleave(GHOST_SIZE).view(-1, 1, 1, 1)

    def project(self, name, inputs, mask=None, side=None):
        """The 1x1 of a concat as a sum over its slices; the mask comes after norm and ReLU, the pool before the 1x1."""
        total = 0.0
        for j, x in enumerate(inputs):
            x = self.norm_relu(x)
            if side is not None and x.shape[-1] != side:
                x = F.avg_pool2d(x, x.shape[-1] // side)
            if mask is not None:
                x = x * self.rows(mask[:, j])
            total = total + F.conv2d(x, self.values[f"{name}.weights.{j}"])
        return total

    def max_pool(self, x):
        padded = F.pad(x.detach(), (1, 1, 1, 1), value=-math.inf).unfold(2, 3, 1).unfold(3, 3, 1)
        two = padded.flatten(-2).topk(2).values
        gap = (two[..., 0] - two[..., 1]).view(self.groups, -1)
        alive = gap[[bool(g.any()) for g in x.view(self.groups, -1)]]
        if alive.numel():
            self.max_margin = min(self.max_margin, alive.min().item())
        return F.max_pool2d(x, 3, 1, 1)

    def operation(self, block, o, x):
        weight = lambda part: self.values[f"{block}.operations.{o}.{part}"]
        if o in KERNEL:
            for half in (0, 1):
                x = F.conv2d(self.norm_relu(x), weight(f"depthwise.{half}"), padding=KERNEL[o] // 2, groups=x.shape[1])
                x = F.conv2d(x, weight(f"pointwise.{half}"))
            return x
        if OPERATIONS[o] == "conv1x7_7x1":
            x = F.conv2d(self.norm_relu(x), weight("horizontal"), padding=(0, 3))
            return F.conv2d(self.norm_relu(x), weight("vertical"), padding=(3, 0))
        if OPERATIONS[o] == "max3":
            return self.max_pool(x)
        if OPERATIONS[o] == "avg3":
            return F.avg_pool2d(x, 3, 1, 1, count_include_pad=True)
        return x

    def cell(self, c, a, b, side):
        outputs = [self.project(f"cells.{c}.a", a, side=side), self.project(f"cells.{c}.b", b, side=side)]
        for i, (ins, ops) in enumerate(self.masks):
            block = f"cells.{c}.blocks.{i}"
            x = self.project(f"{block}.inputs", outputs, mask=ins)
            outputs.append(sum(self.operation(block, o, x) * self.rows(ops[:, o]) for o in range(len(OPERATIONS))))
        return outputs

    def __call__(self, x):
        a = F.conv2d(x, self.values["stem1.weight"], padding=1)
        b = F.conv2d(self.norm_relu(a), self.values["stem2.weight"], padding=1)
        a, b, side = [a], [b], SIDE
        for c in range(CELLS):
            side //= 2 if c in REDUCING else 1
            a, b = b, self.cell(c, a, b, side)
        x = self.norm_relu(self.project("head", b)).mean((2, 3))
        return x @ self.values["classifier.weight"] + self.values["classifier.bias"]


# ---- use, from the mask text alone


def used(mask):
    """Names that one mask uses: dead blocks (no live input, or no operation) use nothing, and nothing that reads them does."""
    live, inside = [True, True], []
    for i, part in enumerate(mask.split("/")):
        ins, ops = part.split(":")
        reads = [j for j, bit in enumerate(ins) if bit == "1" and live[j]]
        live.append(bool(reads) and "1" in ops)
        if live[-1]:
            inside += [f".blocks.{i}.inputs.weights.{j}" for j in reads]
            inside += [f".blocks.{i}.operations.{o}" for o, bit in enumerate(ops) if bit == "1"]
    out = set()
    for name in shapes():
        part = name.split(".")
        if ".blocks." in name:
            on = any(f"{name}.".startswith(f"cells.{part[1]}{piece}.") for piece in inside)
        elif part[-2] == "weights":  # a cell's input or the head; a stem has the one slice 0, which is always live
            on = live[int(part[-1])]
        else:
            on = True
        if on:
            out.add(name)
    return out


# ---- the stand-alone network of one architecture


def stand_alone(values, architecture, x):
    """Computes with what the architecture has and nothing else; values holds no other parameter."""
    blocks = [[[k for k, bit in enumerate(bits) if bit == "1"] for bits in part.split(":")] for part in architecture.split("/")]
    norm_relu = lambda x: F.relu(F.batch_norm(x, None, None, training=True, eps=EPSILON))
    concat = lambda name, js: torch.cat([values[f"{name}.weights.{j}"] for j in js], 1)

    def run(prefix, o, x):
        w = lambda part: values[f"{prefix}.operations.{o}.{part}"]
        name = OPERATIONS[o]
        if name == "identity":
            return x
        if name == "max3":
            return F.max_pool2d(x, 3, 1, 1)
        if name == "avg3":
            return F.avg_pool2d(x, 3, 1, 1)
        if name == "conv1x7_7x1":
            return F.conv2d(norm_relu(F.conv2d(norm_relu(x), w("horizontal"), padding="same")), w("vertical"), padding="same")
        for half in "01":
            depthwise = F.conv2d(norm_relu(x), w("depthwise." + half), padding="same", groups=x.shape[1])
            x = F.conv2d(depthwise, w("pointwise." + half))
        return x

    def cell(prefix, a, b, side):
        xs = []
        for name, x in (("a", a), ("b", b)):
            count = sum(1 for n in values if n.startswith(f"{prefix}.{name}.weights."))
            xs.append(F.adaptive_avg_pool2d(F.conv2d(norm_relu(x), concat(f"{prefix}.{name}", range(count))), side))
        for i, (ins, ops) in enumerate(blocks):
            block = f"{prefix}.blocks.{i}"
            x = F.conv2d(norm_relu(torch.cat([xs[j] for j in ins], 1)), concat(f"{block}.inputs", ins))
            xs.append(torch.stack([run(block, o, x) for o in ops]).sum(0))
        return torch.cat(xs, 1)

    a = F.conv2d(x, values["stem1.weight"], padding=1)
    b = F.conv2d(norm_relu(a), values["stem2.weight"], padding=1)
    for c, side in enumerate((8, 4, 2)):
        a, b = b, cell(f"cells.{c}", a, b, side)
    x = norm_relu(F.conv2d(norm_relu(b), concat("head", range(2 + BLOCKS))))
    return F.linear(x.mean((2, 3)), values["classifier.weight"].t(), values["classifier.bias"])


# ---- cases


def gradients(loss, values):
    """Name -> gradient; zeros where the graph has none."""
    found = torch.autograd.grad(loss, list(values.values()), allow_unused=True, retain_graph=True)
    return {name: torch.zeros_like(v) if g is None else g for (name, v), g in zip(values.items(), found)}


def close(a, b, tolerance=1e-12):
    return (a - b).abs().max().item() <= tolerance * max(1.0, b.abs().max().item())


def summary(name, g, by):
    flat = g.flatten()
    along = torch.tensor([math.cos(0.1 * (i + 1.0)) for i in range(len(flat))], dtype=torch.float64)
    return dict(name=name, shape=list(g.shape), used_by=by, zero=not bool(g.any()), norm=flat.norm().item(),
                dot=(flat @ along).item(), first=flat[:3].tolist())


def run_case(masks, values, x, y):
    net = Dense(values, masks)
    logits = net(x)
    loss = F.cross_entropy(logits, y)
    grads = gradients(loss, values)
    use = [used(mask) for mask in masks]
    by = {name: [g for g in range(GHOSTS) if name in use[g]] for name in values}
    for name, g in grads.items():
        assert bool(g.any()) == bool(by[name]), f"{name}: gradient is {'not ' * bool(g.any())}zero, used by {by[name]}"
    for g in range(GHOSTS):
        block = slice(g * GHOST_SIZE, (g + 1) * GHOST_SIZE)
        for name, own in gradients(F.cross_entropy(logits[block], y[block]), values).items():
            assert bool(own.any()) == (g in by[name]), f"{name}: ghost {g}"
    case = dict(masks=masks, loss=loss.item(), relu_margin=net.relu_margin, max_margin=net.max_margin,
                used=sum(map(bool, by.values())), logits=logits.tolist(),
                gradients=[summary(name, g, by[name]) for name, g in grads.items()])
    return case, logits, grads


def run_stand_alone(masks, values, x, y, logits, grads):
    """Per ghost batch the network of its architecture alone; loss and gradients are of that ghost batch's images."""
    out, mean = [], {name: torch.zeros_like(v) for name, v in values.items()}
    for g, mask in enumerate(masks):
        block = slice(g * GHOST_SIZE, (g + 1) * GHOST_SIZE)
        own = {name: v for name, v in values.items() if name in used(mask)}
        alone = stand_alone(own, mask, x[block])
        assert close(alone, logits[block]), f"ghost {g}: {(alone - logits[block]).abs().max().item()}"
        loss = F.cross_entropy(alone, y[block])
        found = gradients(loss, own)
        for name, value in found.items():
            mean[name] += value / GHOSTS
        out.append(dict(mask=mask, loss=loss.item(), logits=alone.tolist(),
                        gradients=[dict(name=name, norm=value.norm().item()) for name, value in found.items()]))
    for name, value in mean.items():
        assert close(value, grads[name]), f"{name}: {(value - grads[name]).abs().max().item()}"
    return out


def write(path, value):
    """JSON with a line per entry of a list of records or rows; floats by repr."""
    def text(v, indent):
        deep = isinstance(v, dict) or isinstance(v, list) and v and isinstance(v[0], (dict, list))
        if not deep or len(json.dumps(v)) < 110 or isinstance(v, dict) and "first" in v:
            return json.dumps(v)
        pad = " " * (indent + 1)
        items = [f"{json.dumps(k)}: {text(x, indent + 1)}" for k, x in v.items()] if isinstance(v, dict) else [text(x, indent + 1) for x in v]
        left, right = "{}" if isinstance(v, dict) else "[]"
        return left + "\n" + ",\n".join(pad + item for item in items) + "\n" + " " * indent + right
    path.write_text(text(value, 0) + "\n")


def main():
    torch.set_num_threads(1)
    values, x, y = parameters(), images(), labels()
    ends = lambda t: dict(first=t.detach().flatten()[:3].tolist(), last=t.detach().flatten()[-1].item())
    file = dict(
        command="python network.py", torch=torch.__version__, numpy=numpy.__version__, python=platform.python_version(), dtype="float64",
        configuration=dict(filters=FILTERS, cells=CELLS, blocks=BLOCKS, classes=CLASSES, image=[CHANNELS, SIDE, SIDE], ghosts=GHOSTS,
                           ghost_size=GHOST_SIZE, epsilon=EPSILON, reducing=sorted(REDUCING)),
        operations=list(OPERATIONS), labels=y.tolist(), images=dict(shape=list(x.shape), **ends(x)),
        parameters=[dict(name=name, shape=list(v.shape), **ends(v)) for name, v in values.items()], cases={})
    for name, masks in CASES.items():
        case, logits, grads = run_case(masks, values, x, y)
        if name == "architectures":
            case["stand_alone"] = run_stand_alone(masks, values, x, y, logits, grads)
        file["cases"][name] = case
        print(f"{name}: loss {case['loss']:.6f}, {case['used']} of {len(values)} parameters used, "
              f"margins {case['relu_margin']:.1e} {case['max_margin']:.1e}")
    write(pathlib.Path(__file__).with_name("network.json"), file)


if __name__ == "__main__":
    main()
