"""PyTorch peer of the known spaces: the networks of NAS-Bench-201, NAS-Bench-Macro, DARTS and the mobile chain as supernets.

It times (a) one training step with one architecture per ghost batch and (b) the scoring of candidates one by one, and prints one JSON
line per figure. A training step has two modes; an operation runs only on the ghost batches that use it in both:

  each      one ghost batch after the other goes through the network
  grouped   all go through together; the ghost batches that share an operation run it in one call

  spaces --space darts --size small --what case --file case.json           # ours writes size and masks
  python3 spaces_torch.py --file case.json --what train,score
  spaces --space darts --size small --what check --file case.json --out weights
  python3 spaces_torch.py --file case.json --check weights                 # the same logits from the same weights?

Activations are lists with one tensor for each ghost batch, so that what reads only some of them copies nothing else.
"""
import argparse, json, math, re, resource, statistics, time
import torch, torch.nn as nn, torch.nn.functional as F

OPERATIONS_201 = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
EDGES_201 = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
STAGES_MACRO = (2, 3, 3)
BLOCKS_MACRO = ((3, 3), (5, 6))                                           # kernel, expansion
BLOCKS_MOBILE = ((3, 3), (3, 6), (5, 3), (5, 6), (7, 3), (7, 6))
OPERATIONS_DARTS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5")
NODES_DARTS = 4


class Masks:
    """The architectures of a batch's ghost batches, each a text of bits with a choice between two separators."""
    def __init__(self, texts):
        self.bits = [re.split("[:/]", text) for text in texts]

    def option(self, ghost, choice):
        """The one option of a choice that a ghost batch has on."""
        return self.bits[ghost][choice].index("1")


def ghost_norm(x, groups):
    """Batch normalisation by the statistics of each of `groups` equal runs of rows, without scale and shift."""
    if groups == 1:
        return F.batch_norm(x, None, None, training=True)
    return torch.cat([F.batch_norm(part, None, None, training=True) for part in x.chunk(groups)])


def through(layer, rows, ghosts):
    """`layer` on the tensors of `ghosts` in one call: {ghost: output}."""
    if len(ghosts) == 1:
        return {ghosts[0]: layer(rows[ghosts[0]], 1)}
    together = layer(torch.cat([rows[ghost] for ghost in ghosts]), len(ghosts))
    return dict(zip(ghosts, together.chunk(len(ghosts))))


def all_through(layer, rows):
    return list(through(layer, rows, range(len(rows))).values())


def by_option(rows, option):
    """The ghost batches of each option: {option(ghost): ghosts}."""
    found = {}
    for ghost in range(len(rows)):
        found.setdefault(option(ghost), []).append(ghost)
    return found


class Identity(nn.Module):
    def forward(self, x, groups):
        return x


class Pool(nn.Module):
    """3x3, the average without the padding."""
    def __init__(self, kind, stride=1):
        super().__init__()
        self.kind, self.stride = kind, stride
    def forward(self, x, groups):
        if self.kind == "max": return F.max_pool2d(x, 3, self.stride, 1)
        return F.avg_pool2d(x, 3, self.stride, 1, count_include_pad=False)


class ConvNorm(nn.Module):
    """Convolution and normalisation; ReLU before or after it if asked for."""
    def __init__(self, c, d, k, stride=1, groups=1, first_relu=False, last_relu=False):
        super().__init__()
        self.conv = nn.Conv2d(c, d, k, stride, k // 2, groups=groups, bias=False)
        self.first_relu, self.last_relu = first_relu, last_relu
    def forward(self, x, groups):
        y = ghost_norm(self.conv(F.relu(x) if self.first_relu else x), groups)
        return F.relu(y) if self.last_relu else y


class OneOf(nn.Module):
    """One of several modules for each ghost batch."""
    def __init__(self, choice, options):
        super().__init__()
        self.choice, self.options = choice, nn.ModuleList(options)
    def forward(self, rows, masks):
        out = [None] * len(rows)
        for option, ghosts in by_option(rows, lambda ghost: masks.option(ghost, self.choice)).items():
            for ghost, y in through(self.options[option], rows, ghosts).items():
                out[ghost] = y
        return out


class Classifier(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        self.linear = nn.Linear(c, classes)
    def forward(self, x, groups):
        return self.linear(x.mean((2, 3)))


class Cell201(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.edges = nn.ModuleList(nn.ModuleList(self.operation(name, c) for name in OPERATIONS_201) for _ in EDGES_201)

    @staticmethod
    def operation(name, c):
        if name.startswith("nor_conv"): return ConvNorm(c, c, int(name[-1]), first_relu=True)
        return Pool("avg") if name == "avg_pool_3x3" else Identity()

    def forward(self, rows, masks):
        nodes = [rows] + [[None] * len(rows) for _ in range(3)]
        for choice, ((start, end), operations) in enumerate(zip(EDGES_201, self.edges)):
            for option, ghosts in by_option(rows, lambda ghost: masks.option(ghost, choice)).items():
                if OPERATIONS_201[option] == "none": continue
                for ghost, y in through(operations[option], nodes[start], ghosts).items():
                    before = nodes[end][ghost]
                    nodes[end][ghost] = y if before is None else before + y
            if start == end - 1:
                nodes[end] = [torch.zeros_like(x) if y is None else y for x, y in zip(rows, nodes[end])]
        return nodes[3]


class Reduction201(nn.Module):
    def __init__(self, c, d):
        super().__init__()
        self.convs = nn.ModuleList([ConvNorm(c, d, 3, 2, first_relu=True), ConvNorm(d, d, 3, first_relu=True)])
        self.shortcut = nn.Conv2d(c, d, 1, bias=False)
    def forward(self, x, groups):
        y = self.convs[1](self.convs[0](x, groups), groups)
        return y + self.shortcut(F.avg_pool2d(x, 2))


class NasBench201(nn.Module):
    def __init__(self, shape):
        super().__init__()
        widths = [shape["filters"] << stage for stage in range(3)]
        self.stem = ConvNorm(shape["channels"], widths[0], 3)
        self.stages = nn.ModuleList(nn.ModuleList(Cell201(c) for _ in range(shape["cells"])) for c in widths)
        self.reductions = nn.ModuleList(Reduction201(c, d) for c, d in zip(widths, widths[1:]))
        self.classifier = Classifier(widths[2], shape["classes"])
    def forward(self, rows, masks):
        rows = all_through(self.stem, rows)
        for stage, cells in enumerate(self.stages):
            if stage: rows = all_through(self.reductions[stage - 1], rows)
            for cell in cells: rows = cell(rows, masks)
        return all_through(lambda x, groups: self.classifier(F.relu(ghost_norm(x, groups)), groups), rows)


class InvertedResidual(nn.Module):
    def __init__(self, kernel, expansion, c, d, stride):
        super().__init__()
        inside = expansion * c
        expand = [ConvNorm(c, inside, 1, last_relu=True)] if expansion > 1 else []
        depthwise = ConvNorm(inside, inside, kernel, stride, groups=inside, last_relu=True)
        self.layers, self.keeps = nn.ModuleList([*expand, depthwise, ConvNorm(inside, d, 1)]), c == d and stride == 1
    def forward(self, x, groups):
        y = x
        for layer in self.layers: y = layer(y, groups)
        return x + y if self.keeps else y


class Chain(nn.Module):
    """Stem, fixed blocks, layers that are chosen, 1x1, classifier."""
    def __init__(self, shape, stem_stride, fixed, layers, last):
        super().__init__()
        self.stem = ConvNorm(shape["channels"], shape["stem"], 3, stem_stride, last_relu=True)
        self.fixed, self.layers = nn.ModuleList(fixed), nn.ModuleList(layers)
        self.head = ConvNorm(last, shape["head"], 1, last_relu=True)
        self.classifier = Classifier(shape["head"], shape["classes"])
    def forward(self, rows, masks):
        for layer in (self.stem, *self.fixed): rows = all_through(layer, rows)
        for layer in self.layers: rows = layer(rows, masks)
        return all_through(self.classifier, all_through(self.head, rows))


def nas_bench_macro(shape):
    layers, c = [], shape["stem"]
    for count in STAGES_MACRO:
        for layer in range(count):
            stride, d = (2, 2 * c) if layer == 0 else (1, c)
            least = ConvNorm(c, d, 1, stride) if layer == 0 else Identity()
            layers.append(OneOf(len(layers), [least, *(InvertedResidual(*block, c, d, stride) for block in BLOCKS_MACRO)]))
            c = d
    return Chain(shape, 1, [], layers, c)


def mobile_chain(shape):
    layers, c = [], shape["first"]
    for stage in shape["stages"]:
        for layer in range(stage["layers"]):
            d, stride = stage["channels"], stage["stride"] if layer == 0 else 1
            identity = [Identity()] if layer else []
            layers.append(OneOf(len(layers), [*identity, *(InvertedResidual(*block, c, d, stride) for block in BLOCKS_MOBILE)]))
            c = d
    return Chain(shape, 2, [InvertedResidual(3, 1, shape["stem"], shape["first"], 1)], layers, c)


class FactorisedReduce(nn.Module):
    def __init__(self, c, d):
        super().__init__()
        self.halves = nn.ModuleList(nn.Conv2d(c, d // 2, 1, 2, bias=False) for _ in range(2))
    def forward(self, x, groups):
        x = F.relu(x)
        return ghost_norm(torch.cat([self.halves[0](x), self.halves[1](x[:, :, 1:, 1:])], 1), groups)


class Separable(nn.Module):
    def __init__(self, c, k, stride, dilation):
        super().__init__()
        self.depthwise = nn.Conv2d(c, c, k, stride, dilation * (k // 2), dilation, groups=c, bias=False)
        self.pointwise = ConvNorm(c, c, 1)
    def forward(self, x, groups):
        return self.pointwise(self.depthwise(F.relu(x)), groups)


class Twice(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
    def forward(self, x, groups):
        for layer in self.layers: x = layer(x, groups)
        return x


def operation_darts(name, c, stride):
    if name == "skip_connect": return Identity() if stride == 1 else FactorisedReduce(c, c)
    if "pool" in name: return Pool(name[:3], stride)
    k = int(name[-1])
    return Twice(Separable(c, k, stride, 1), Separable(c, k, 1, 1)) if name.startswith("sep") else Separable(c, k, stride, 2)


class NodeDarts(nn.Module):
    """The sum of an operation on the lower and one on the higher of two states; weights belong to state and operation."""
    def __init__(self, place, node, c, reduces):
        super().__init__()
        self.choice = 3 * (place + node)
        stride = lambda state: 2 if reduces and state < 2 else 1
        self.states = nn.ModuleList(nn.ModuleList(operation_darts(name, c, stride(state)) for name in OPERATIONS_DARTS) for state in range(node + 2))

    def edges(self, masks, ghost):
        """(state, operation) of the lower and of the higher input."""
        inputs = masks.bits[ghost][self.choice]
        return ((inputs.index("1"), masks.option(ghost, self.choice + 1)), (inputs.rindex("1"), masks.option(ghost, self.choice + 2)))

    def forward(self, states, masks):
        readers, out = {}, [None] * len(states[0])
        for ghost in range(len(out)):
            for edge in self.edges(masks, ghost): readers.setdefault(edge, []).append(ghost)
        for (state, operation), ghosts in readers.items():
            for ghost, y in through(self.states[state][operation], states[state], ghosts).items():
                out[ghost] = y if out[ghost] is None else out[ghost] + y
        return out


class CellDarts(nn.Module):
    def __init__(self, before, c, reduces, older_reduces):
        super().__init__()
        older = FactorisedReduce(before[0], c) if older_reduces else ConvNorm(before[0], c, 1, first_relu=True)
        self.inputs = nn.ModuleList([older, ConvNorm(before[1], c, 1, first_relu=True)])
        self.nodes = nn.ModuleList(NodeDarts(NODES_DARTS * reduces, node, c, reduces) for node in range(NODES_DARTS))
    def forward(self, before, masks):
        states = [all_through(layer, rows) for layer, rows in zip(self.inputs, before)]
        for node in self.nodes: states.append(node(states, masks))
        return [torch.cat(parts, 1) for parts in zip(*states[2:])]


class Darts(nn.Module):
    def __init__(self, shape):
        super().__init__()
        n, c = shape["cells"], shape["filters"]
        reducing = {n // 3, 2 * n // 3}
        self.stem = ConvNorm(shape["channels"], 3 * c, 3)
        self.cells, before = nn.ModuleList(), [3 * c, 3 * c]
        for cell in range(n):
            c *= 2 if cell in reducing else 1
            self.cells.append(CellDarts(before, c, cell in reducing, cell - 1 in reducing))
            before = [before[1], NODES_DARTS * c]
        self.classifier = Classifier(before[1], shape["classes"])
    def forward(self, rows, masks):
        before = [all_through(self.stem, rows)] * 2
        for cell in self.cells: before = [before[1], cell(before, masks)]
        return all_through(self.classifier, before[1])


NETWORKS = {"nas-bench-201": NasBench201, "nas-bench-macro": nas_bench_macro, "darts": Darts, "mobile": mobile_chain}


def logits_of(net, x, texts, mode):
    """The logits of a batch whose equal runs of rows are the ghost batches of the architectures `texts`."""
    parts = x.chunk(len(texts))
    if mode == "grouped": return torch.cat(net(parts, Masks(texts)))
    return torch.cat([net([part], Masks([text]))[0] for part, text in zip(parts, texts)])


def check(net, path, device):
    """Loads the weights that ours wrote, in order, and prints how far the logits are apart: the largest |Δ| / max(1, |logit|)."""
    with open(path, "rb") as file:
        head = json.loads(file.readline())
        numbers = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    shapes = [shape for _, shape in head["tensors"]]
    x, expected, *weights = [part.view(shape).to(device) for part, shape in zip(numbers.split([math.prod(shape) for shape in shapes]), shapes)]
    own, names = list(net.parameters()), [name for name, _ in head["tensors"][2:]]
    if len(own) != len(weights):
        raise SystemExit(f"{path}: found {len(weights)} parameters, expected {len(own)}")
    with torch.no_grad():
        for parameter, name, value in zip(own, names, weights):
            value = value.T if value.dim() == 2 else value          # theirs is [outputs, inputs]
            if value.shape != parameter.shape:
                raise SystemExit(f"{path}: {name}: found {list(value.shape)}, expected {list(parameter.shape)}")
            parameter.copy_(value)
        for mode in ("each", "grouped"):
            found = logits_of(net, x, head["masks"], mode)
            difference = float(((found - expected).abs() / expected.abs().clamp_min(1)).max())
            print(json.dumps(dict(what="check", mode=mode, difference=difference, largest=float(expected.abs().max()))), flush=True)


def timed(step, draws, device, warm_up=2):
    """Seconds of step(draw) for each of the draws, after a warm-up."""
    wait = torch.cuda.synchronize if device.startswith("cuda") else (lambda: None)
    for draw in draws[:warm_up]: step(draw)
    wait()
    out = []
    for draw in draws:
        begun = time.perf_counter(); step(draw); wait(); out.append(time.perf_counter() - begun)
    return out


def resident_kib():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])


def train(net, case, options, common):
    """Forward, cross-entropy, backward, clipping, SGD with Nesterov momentum and weight decay."""
    shape, n = case["shape"], case["ghost_size"] * len(case["train"][0])
    x = torch.randn(n, shape["channels"], shape["side"], shape["side"], device=options.device)
    y = torch.arange(n, device=options.device) % shape["classes"]
    opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
    before = resident_kib()
    for mode in options.modes.split(","):
        def step(texts):
            opt.zero_grad(set_to_none=True)
            F.cross_entropy(logits_of(net, x, texts, mode), y).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5)
            opt.step()
        times = timed(step, case["train"][:options.draws], options.device)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures = dict(ms=round(1e3 * statistics.median(times), 2), images_per_s=round(n / statistics.median(times), 1), mib_above_start=round((peak - before) / 1024))
        print(json.dumps(dict(what="train_step", mode=mode, **figures, each_ms=[round(1e3 * t, 3) for t in times], **common)), flush=True)


def score(net, case, options, common):
    """Candidates one by one on the same images. How much one takes differs, so a rate is of all that were timed."""
    shape, images = case["shape"], case["score_images"]
    x = torch.randn(images, shape["channels"], shape["side"], shape["side"], device=options.device)
    candidates = case["candidates"][:options.candidates]
    before = resident_kib()
    with torch.inference_mode():
        times = timed(lambda text: logits_of(net, x, [text], "each").argmax(1), candidates, options.device, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = dict(candidates_per_s=round(len(times) / sum(times), 3), images_per_s=round(len(times) * images / sum(times), 1), mib_above_start=round((peak - before) / 1024))
    print(json.dumps(dict(what="score_candidates", mode="one_by_one", **figures, each_ms=[round(1e3 * t, 3) for t in times], **common)), flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--file", required=True, help="size and masks, as ours writes them")
    p.add_argument("--check", help="weights, images and logits that ours wrote")
    p.add_argument("--what", default="train,score")
    p.add_argument("--modes", default="each,grouped")
    p.add_argument("--draws", type=int, default=20, help="training draws")
    p.add_argument("--candidates", type=int, default=60, help="candidates to score")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--device", default="cpu")
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    case = json.load(open(options.file))
    net = NETWORKS[case["space"]](case["shape"]).to(options.device)
    if options.check:
        return check(net, options.check, options.device)
    paths = sum(text.count("1") for texts in case["train"] for text in texts)
    common = dict(params=sum(q.numel() for q in net.parameters()), paths_on=paths, threads=torch.get_num_threads(), device=options.device, torch=torch.__version__)
    if "train" in options.what: train(net, case, options, common)
    if "score" in options.what: score(net, case, options, common)


if __name__ == "__main__":
    main()
