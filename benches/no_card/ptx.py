"""Assembles this library's kernels that `driver.c` wrote down, for an H100, and prints what each of them takes.

  python3 benches/no_card/ptx.py --ptxas BIN/ptxas [--spilled BYTES] DIR [DIR ...]

DIR holds `calls.json` and the kernels of one program's run. A line for each kernel that was launched: registers of a unit, bytes that are stored and
loaded where registers do not suffice, shared memory of a cube, and occupancy, the warps that a multiprocessor holds at once of the 64 that it could.
Ends with 1 where the assembler refuses a kernel or spills more of it than BYTES, 0 if left out.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

KERNELS = pathlib.Path(__file__).parents[2] / "crates/supernet-kernels/src/cube"
ARCHITECTURE = "sm_90a"
# Of a multiprocessor of compute capability 9.0: CUDA C++ programming guide, "Technical
# specifications per compute capability".
WARPS, BLOCKS, REGISTERS, SHARED = 64, 32, 65_536, 233_472
# In what pieces they are handed out, and what a block takes besides its own shared memory.
REGISTERS_AT_ONCE, WARPS_AT_ONCE, SHARED_AT_ONCE, SHARED_OF_A_BLOCK = 256, 4, 128, 1024


def up(value, step):
    return -(-value // step) * step


def occupancy(units, registers, shared):
    """The share of a multiprocessor's warps that blocks of so many units fill."""
    warps = -(-units // 32)
    by_registers = REGISTERS // up(max(registers, 1) * 32, REGISTERS_AT_ONCE) // up(warps, WARPS_AT_ONCE)
    by_shared = SHARED // up(shared + SHARED_OF_A_BLOCK, SHARED_AT_ONCE)
    return min(by_registers, by_shared, BLOCKS, WARPS // warps) * warps / WARPS


def plain(entry):
    """The name of a kernel without its types and digest: `contract` of `contract_kernel_338e24f6`."""
    return re.sub(r"_kernel(_.*)?$", "", re.sub(r"^kernel_", "", re.sub(r"_[0-9a-f]+$", "", entry)))


def assembled(job):
    """What the assembler says of a kernel."""
    ptxas, file, kernel = job
    command = [ptxas, "-v", f"-arch={ARCHITECTURE}", str(file), "-o", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{file}: {done.stderr.strip()}")

    def number(pattern):
        return sum(map(int, re.findall(pattern, done.stderr)))

    units = kernel["block"][0] * kernel["block"][1] * kernel["block"][2]
    shared = number(r"(\d+) bytes smem") + kernel["shared_bytes"]
    registers = number(r"Used (\d+) registers")
    return {
        "kernel": plain(kernel["entry"]),
        "launches": kernel["launches"],
        "cubes": kernel["grid"][0] * kernel["grid"][1] * kernel["grid"][2],
        "units": units,
        "registers": registers,
        "spilled": number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads"),
        "stack": number(r"(\d+) bytes stack frame"),
        "shared": shared,
        "occupancy": occupancy(units, registers, shared),
    }


def own():
    """What the entry point of a kernel of this library is called: its function's name and a digest. Burn's have types between them."""
    names = {name for file in KERNELS.glob("*.rs") for name in re.findall(r"fn (\w+_kernel)\(", file.read_text())}
    return re.compile(f"({'|'.join(sorted(names))})_[0-9a-f]+")


def jobs(ptxas, folder):
    ours = own()
    for kernel in json.loads((folder / "calls.json").read_text())["kernels"]:
        if kernel["launches"] and ours.fullmatch(kernel["entry"]):
            yield ptxas, folder / kernel["file"], kernel


def by_name(rows):
    """A row for each name: variants of a kernel (what is known when it is compiled) are told by their range."""
    variants = collections.defaultdict(list)
    for row in rows:
        variants[row["kernel"]].append(row)
    return variants


def span(values, form=str):
    least, most = form(min(values)), form(max(values))
    return least if least == most else f"{least}–{most}"


def table(rows):
    lines = ["| kernel | variants | units | registers | spilled | shared memory | occupancy, % |", "|---|---|---|---|---|---|---|"]
    for name, variants in sorted(by_name(rows).items()):
        def of(key, form=str):
            return span([row[key] for row in variants], form)
        percent = of("occupancy", lambda share: f"{100 * share:3.0f}".strip())
        lines.append(f"| `{name}` | {len(variants)} | {of('units')} | {of('registers')} | {of('spilled')} | {of('shared')} | {percent} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ptxas", required=True)
    parser.add_argument("--spilled", type=int, default=0)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    work = [job for folder in arguments.folders for job in jobs(arguments.ptxas, folder)]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        rows = list(pool.map(assembled, work))
    print(table(rows))
    spilled = sorted({row["kernel"] for row in rows if row["spilled"] > arguments.spilled})
    if spilled:
        sys.exit(f"more than {arguments.spilled} bytes are spilled by {', '.join(spilled)}")


if __name__ == "__main__":
    main()
