"""How compare.py runs a program of either side, and what it says of the machine."""
import json, os, platform, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEER, OURS = "peer", "ours"


def lines(program, arguments):
    """The JSON lines that a program prints: one of Python's here by its name, or a path to ours."""
    start = [sys.executable, os.path.join(HERE, program)] if program.endswith(".py") else [program]
    words = start + [text for key, value in arguments.items() for text in ("--" + key.replace("_", "-"), str(value))]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def same(figures, keys):
    """Refuses figures of programs that count differently."""
    for key in keys:
        found = {figure[key] for figure in figures if figure["what"] == "train_step"}
        if len(found) != 1:
            sys.exit(f"{key}: the programs count differently: {sorted(found)}")


def median(figures, program, what, mode, key):
    return statistics.median(f[key] for f in figures if (f["program"], f["what"], f["mode"]) == (program, what, mode))


def table(title, rows):
    """Prints rows of figure, theirs, ours, ratio."""
    print(f"\n{title}\n\n| figure | theirs | ours, kernels | ratio |\n|---|---|---|---|")
    for name, theirs, ours, ratio in rows:
        print(f"| {name} | {theirs} | {ours} | {ratio:.2f} |", flush=True)


def machine(options):
    """Processor, cores, threads, versions."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    version = lambda *words: subprocess.run(words, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout.strip()
    burn = open(os.path.join(ROOT, "Cargo.lock")).read().split('name = "burn"\nversion = "')[1].split('"')[0]
    return dict(processor=model, cores=os.cpu_count(), threads=options.threads, load=os.getloadavg()[0], python=platform.python_version(),
                rust=version("rustc", "--version"), burn=burn, commit=version("git", "rev-parse", "--short", "HEAD"), date=version("date", "-u", "+%F %H:%M UTC"))
