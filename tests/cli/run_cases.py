"""run_cases.py MINESCAR CASES.txt... - runs commands and looks for their exit codes, words and files.

A case file holds cases one after another; all cases of a file share one empty directory.

    ## what is shown                  begins a case
    $ minescar info a.tif             a line of bash; minescar is on the PATH, the language is English
    exit 3                            default: 0
    out WORDS / err WORDS             stdout / stderr hold WORDS          no out WORDS / no err WORDS: do not
    file PATH / no file PATH          PATH exists / does not
    json                              stdout is one JSON value
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile


def read_cases(path):
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            cases.append({"name": line[3:], "commands": [], "exit": 0, "checks": [], "line": number})
        elif line.startswith("$ "):
            cases[-1]["commands"].append(line[2:])
        elif line.startswith("exit "):
            cases[-1]["exit"] = int(line[5:])
        elif line.strip() and not line.startswith("# "):
            cases[-1]["checks"].append(line)
    return cases


def faults_of(check, done, where):
    is_wanted = not check.startswith("no ")
    kind, _, words = (check if is_wanted else check[3:]).partition(" ")
    if kind == "json":
        try:
            json.loads(done.stdout)
            return []
        except ValueError as fault:
            return [f"stdout is not JSON: {fault}"]
    if kind == "file":
        return [] if (where / words).exists() == is_wanted else [f"{words} {'is missing' if is_wanted else 'was left'}"]
    text = {"out": done.stdout, "err": done.stderr}[kind]
    return [] if (words in text) == is_wanted else [f"std{kind} {'lacks' if is_wanted else 'holds'} {words!r}: {text[-400:]!r}"]


def main():
    minescar = pathlib.Path(sys.argv[1]).resolve()
    n_passed = n_failed = 0
    for path in map(pathlib.Path, sys.argv[2:]):
        with tempfile.TemporaryDirectory() as folder:
            env = {k: v for k, v in os.environ.items() if not k.startswith("LC_")}
            env.update(PATH=f"{minescar.parent}:{env['PATH']}", LANG="C.UTF-8", CASES=str(path.resolve().parent))
            for case in read_cases(path):
                done = subprocess.run(["bash", "-c", "\n".join(case["commands"])], cwd=folder, env=env, capture_output=True,
                                      timeout=300, encoding="utf-8", errors="replace")
                faults = [] if done.returncode == case["exit"] else [f"exit {done.returncode}, not {case['exit']}: {done.stderr[-400:]!r}"]
                for check in case["checks"]:
                    faults += faults_of(check, done, pathlib.Path(folder))
                n_passed, n_failed = n_passed + (not faults), n_failed + bool(faults)
                print(f"{'FAILED' if faults else 'ok    '} {path.name}:{case['line']} {case['name']}")
                for fault in faults:
                    print("       ", fault)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


sys.exit(main())
