"""One visit to a machine with a graphics card: what is built elsewhere runs there, each step under its own limit.

  python3 .card/visit.py --out OUT                   # on that machine, in the repository's root
  python3 .card/visit.py --out OUT --rehearsal       # without a card, at small sizes: does everything run?

`.ci/card` puts this file and what it needs into `.card/`. The machine needs no network and no Rust: a driver, Python, PyTorch for what
is compared. OUT/card.json is made anew after each step, so that what was measured is there when time runs out; OUT/log.txt has all output.
"""

import argparse
import datetime
import glob
import json
import os
import pathlib
import shutil
import site
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path.cwd()
CARD = ROOT / ".card"
PEER = ROOT / "benches/peer"
# F = 16, 8 cells, 32 x 32 images, 32 ghost batches of 32 (shared by BENCHMARKS.md); F = 64; the small one of a processor.
LARGE = dict(filters=16, cells=8, image=32, ghosts=32, ghost_size=32)
WIDE = dict(LARGE, filters=64)
SMALL = dict(filters=8, cells=3, image=16, ghosts=8, ghost_size=16)
# A rehearsal has a tiny one, and a processor in the card's place may take so many times as long.
TINY = dict(filters=4, cells=3, image=8, ghosts=32, ghost_size=2)
SLOWER = 8


def words(options):
    return [text for key, value in options.items() for text in ("--" + key.replace("_", "-"), str(value))]


class Visit:
    def __init__(self, out, rehearsal, seconds):
        self.out, self.rehearsal, self.begun, self.seconds = out, rehearsal, time.monotonic(), seconds
        self.programs = pathlib.Path(tempfile.mkdtemp(prefix="card"))
        self.log = open(out / "log.txt", "w")
        self.card = dict(date=f"{datetime.datetime.now(datetime.timezone.utc):%F %H:%M} UTC", rehearsal=rehearsal, steps=[])

    def say(self, text):
        print(text, flush=True)
        print(text, file=self.log, flush=True)

    def step(self, name, limit, command, device=None, environment=None, folder=None):
        """Runs a command for at most `limit` seconds, or what is left, and returns its output.

        Its JSON lines become figures. A step that fails does not end the visit.
        """
        at = time.monotonic() - self.begun
        limit = min(SLOWER * limit if self.rehearsal else limit, self.seconds - at)
        if limit < 5:
            self.card["steps"].append(dict(name=name, device=device, left_out=True, figures=[]))
            self.say(f"== {name}: left out, {at:.0f} s have passed")
            return ""
        self.say(f"== {name} (at {at:.0f} s): {' '.join(map(str, command))}")
        # A card's name in the environment of PyTorch's steps means nothing to it.
        variables = dict(os.environ, **({"BURN_DEVICE": device} if device else {}), **(environment or {}))
        begun, figures = time.monotonic(), []
        with tempfile.TemporaryFile("w+") as output:
            try:
                process = subprocess.Popen(list(map(str, command)), env=variables, stdout=output, stderr=subprocess.STDOUT, cwd=folder or ROOT)
                try:
                    code = process.wait(limit)
                except subprocess.TimeoutExpired:
                    # As Ctrl-C does: what can be gone on with is written.
                    process.send_signal(2)
                    try:
                        code = process.wait(15)
                    except subprocess.TimeoutExpired:
                        process.kill()
                        code = process.wait()
            except OSError as error:
                code = str(error)
            output.seek(0)
            text = output.read()
        self.log.write(text)
        for line in text.splitlines():
            if line.startswith("{"):
                try:
                    figures.append(json.loads(line))
                except ValueError:
                    pass
        took = time.monotonic() - begun
        self.card["steps"].append(dict(name=name, device=device, code=code, seconds=round(took, 1), stopped=took >= limit, figures=figures))
        self.say(f"== {name}: {code} after {took:.1f} s")
        (self.out / "card.json").write_text(json.dumps(self.card, indent=1))
        return text

    def unpack(self):
        with tarfile.open(CARD / "programs.tar.xz", "r:xz") as programs:
            programs.extractall(self.programs)
        self.card.update(json.loads((CARD / "build.json").read_text()))

    def find_drivers(self):
        """CUDA's libdevice, of the machine or carried; the Vulkan loader, of the machine or carried, and NVIDIA's driver for it."""
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        compiler = shutil.which("nvcc") or next(iter(glob.glob("/usr/local/cuda*/bin/nvcc")), None)
        toolkit = pathlib.Path(compiler).resolve().parent.parent if compiler else None
        has_it = toolkit and (toolkit / "nvvm/libdevice/libdevice.10.bc").exists()
        os.environ["CUDA_PATH"] = str(toolkit if has_it else CARD / "cuda")
        folders = {os.path.dirname(path) for place in site.getsitepackages() for path in glob.glob(place + "/nvidia/**/lib*.so*", recursive=True)}
        os.environ["LD_LIBRARY_PATH"] = ":".join([*sorted(folders), os.environ.get("LD_LIBRARY_PATH", "")])
        loaders = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, text=True).stdout
        if "libvulkan.so.1" not in loaders:
            for package in sorted((CARD / "loaders").glob("*.deb")):
                self.step(f"loader {package.name}", 20, ["dpkg", "-x", package, "/"])
            self.step("ldconfig", 20, ["ldconfig"])
        if not self.rehearsal:
            drivers = glob.glob("/usr/share/vulkan/icd.d/nvidia*.json") + glob.glob("/etc/vulkan/icd.d/nvidia*.json")
            if drivers:
                os.environ["VK_DRIVER_FILES"] = drivers[0]

    def oneshot(self, name, limit, device, shape, masks, **options):
        self.step(name, limit, [self.programs / "oneshot", *words(dict(shape, masks=masks, **options))], device)

    def torch(self, name, limit, shape, masks, *flags, tf32=True, **options):
        device = "cpu" if self.rehearsal else "cuda"
        command = [sys.executable, PEER / "oneshot_torch.py", *words(dict(shape, masks=masks, device=device, **options)), *flags]
        self.step(name, limit, command, environment={} if tf32 else {"NVIDIA_TF32_OVERRIDE": "0"})

    def run(self):
        self.unpack()
        self.find_drivers()
        first, second = ("vulkan:0", "vulkan:0") if self.rehearsal else ("cuda:0", "vulkan:0")
        large, wide, small = (TINY, TINY, dict(TINY, ghosts=8)) if self.rehearsal else (LARGE, WIDE, SMALL)
        draws = 3 if self.rehearsal else 20
        masks, m8 = CARD / "m32.json", PEER / "m8.json"
        if not self.rehearsal:
            said = self.step("card", 20, ["nvidia-smi", "--query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit", "--format=csv"])
            self.card["card"] = (said.splitlines() or ["a card"])[-1]
        self.step("devices", 40, [self.programs / "supernet", "doctor"])
        self.step("kernel tests", 60, [self.programs / "agreement", "--test-threads", "4"], first)
        self.step("update tests", 60, [self.programs / "update"], first)
        self.oneshot("small", 40, first, small, m8, modes="kernels", draws=draws)
        self.oneshot("large", 60, first, large, masks, modes="kernels", what="train", draws=draws)
        self.torch("large, PyTorch, float32", 50, large, masks, tf32=False, modes="sparse", what="train", draws=draws)
        self.torch("large, PyTorch, its default", 40, large, masks, modes="sparse,dense", what="train", draws=draws)
        self.torch("large, PyTorch, channels last", 30, large, masks, "--channels-last", modes="sparse", what="train", draws=draws)
        self.torch("large, PyTorch, autocast", 30, large, masks, "--autocast", modes="sparse", what="train", draws=draws)
        self.torch("large, PyTorch, compiled", 120, large, masks, "--compile", modes="dense", what="train", draws=draws)
        self.oneshot("large again", 40, first, large, masks, modes="kernels", what="train", draws=draws)
        self.oneshot("large, scoring", 40, first, large, masks, modes="kernels", what="score", draws=3)
        self.torch("large, scoring, PyTorch", 40, large, masks, tf32=False, modes="sparse", what="score", draws=2)
        self.oneshot("wide", 40, first, wide, masks, modes="kernels", what="train", draws=5)
        self.torch("wide, PyTorch, its default", 40, wide, masks, modes="sparse", what="train", draws=5)
        self.known_space(first)
        # In a rehearsal both devices are one: a test shows that the program runs.
        part = ["other_types"] if self.rehearsal else []
        self.step("kernel tests, Vulkan", 60, [self.programs / "agreement", "--test-threads", "4", *part], second)
        self.oneshot("large, Vulkan", 50, f"{second}?tasks=256", large, masks, modes="kernels", what="train", draws=draws)
        self.search(first)

    def known_space(self, device):
        """NAS-Bench-201 at its published size."""
        size = "small" if self.rehearsal else "published"
        case = self.out / "nas-bench-201.json"
        space = [self.programs / "spaces", "--space", "nas-bench-201", "--size", size, "--file", case]
        draws = ["--draws", "2" if self.rehearsal else "20", "--candidates", "8" if self.rehearsal else "60"]
        self.step("NAS-Bench-201, masks", 20, [*space, "--what", "case"], device)
        for what in ("train", "score"):
            self.step(f"NAS-Bench-201, {what}", 50, [*space, *draws, "--what", what], device)
        peer = "cpu" if self.rehearsal else "cuda"
        self.step("NAS-Bench-201, PyTorch", 60, [sys.executable, PEER / "spaces_torch.py", "--file", case, "--device", peer, *draws])

    def search(self, device):
        """A search as published for CIFAR-10, as far as it comes in its time: stopped as by Ctrl-C, to be gone on with from what comes back."""
        run = self.out / "search"
        data = ROOT / "shared/data"
        options = ["--data", f"cifar10:{data}", "--preset", "cifar10"] if (data / "cifar-10-batches-bin").exists() and not self.rehearsal else ["--budget", "0.005"]
        self.step("search", 150, [self.programs / "supernet", "train", run, *options, "--device", device])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rehearsal", action="store_true")
    parser.add_argument("--seconds", type=float, default=480, help="of the whole visit [default: 480]")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    visit = Visit(options.out.resolve(), options.rehearsal, options.seconds)
    visit.run()
    visit.card["seconds"] = round(time.monotonic() - visit.begun, 1)
    (visit.out / "card.json").write_text(json.dumps(visit.card, indent=1))


if __name__ == "__main__":
    main()
