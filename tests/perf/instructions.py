#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Instructions a packet of the ingress programs, held under ceilings.

    tests/perf/instructions.py build/tests/perf/perf_instructions tests/perf/instructions.txt gcc-12-O2

Runs the program under valgrind's callgrind, which counts what measured_burst does, and writes the counts
at each call of scene_part: three times a scene, after warming up, N packets and 2N packets. The last less
the one before, over N, is a packet's instructions. Fails where one is more than 2 % above its
ceiling in the file, and says where a ceiling can be lowered. Unlike cycles it does not depend on the
machine or on what else runs there; it does on the compiler, so ceilings are of the one the file names.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BURSTS, BURST = 200, 32
SLACK = 0.02
SKIP = 77  # meson's exit status of a test that could not run


def read_ceilings(path, compiler):
    """{scene: ceiling}; lines are "compiler NAME" and "SCENE INSTRUCTIONS"."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()
             if line.strip() and not line.startswith("#")]
    of = [line[1] for line in lines if line[0] == "compiler"]
    if of != [compiler]:
        print(f"the ceilings are of {' '.join(of)} and this build is of {compiler}")
        sys.exit(SKIP)
    return {line[0]: float(line[1]) for line in lines if line[0] != "compiler"}


def run(program, folder):
    """The scenes in order, and the counts that callgrind wrote, in order."""
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=measured_burst", "--dump-before=scene_part",
         f"--callgrind-out-file={folder}/out", "--", program, str(BURSTS)],
        capture_output=True, text=True, timeout=280, stdin=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        sys.exit(f"valgrind ended with {result.returncode}: {(result.stderr + result.stdout)[-3000:]}")
    counts = []
    for number in range(1, len(list(folder.glob("out.*"))) + 1):
        text = (folder / f"out.{number}").read_text(encoding="utf-8", errors="replace")
        counts.append(int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE).group(1)))
    return result.stdout.split(), counts


def judge(scenes, counts, ceilings):
    """Print every figure; how many are above their ceilings."""
    if not any(scene.endswith("-avx2") for scene in scenes):
        print("this CPU has no AVX2, so the scenes of that build are left out")
        ceilings = {scene: ceiling for scene, ceiling in ceilings.items() if not scene.endswith("-avx2")}
    if 3 * len(scenes) != len(counts) or set(scenes) != set(ceilings):
        sys.exit(f"scenes {scenes} with {len(counts)} counts, ceilings for {sorted(ceilings)}")
    above = 0
    for i, scene in enumerate(scenes):
        found = (counts[3 * i + 2] - counts[3 * i + 1]) / (BURSTS * BURST)
        ceiling = ceilings[scene]
        if found <= 0:
            sys.exit(f"{scene}: nothing was counted; is measured_burst a function in this build (-O2)?")
        word = "ok"
        if found > ceiling * (1 + SLACK):
            above, word = above + 1, "ABOVE: make it cheaper, or raise the ceiling and say why"
        elif found < ceiling * (1 - SLACK):
            word = f"the ceiling can be lowered to {found:.1f}"
        print(f"{scene:15} {found:7.1f} instructions a packet, ceiling {ceiling:g}: {word}")
    return above


def main():
    program, path, compiler = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    if not shutil.which("valgrind"):
        print("valgrind is not there: apt-get install valgrind")
        return SKIP
    ceilings = read_ceilings(path, compiler)
    with tempfile.TemporaryDirectory(prefix="swd-instructions-") as folder:
        scenes, counts = run(program, pathlib.Path(folder))
    return 1 if judge(scenes, counts, ceilings) else 0


if __name__ == "__main__":
    sys.exit(main())
