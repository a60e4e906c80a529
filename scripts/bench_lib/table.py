"""table.py - runs whole processes, one at a time, and prints what they cost as one table."""
import dataclasses
import os
import pathlib
import statistics
import subprocess
import tempfile

HEAD = ("stage", "who", "threads", "wall s", "CPU s", "Mpx/s", "ns/px", "B/px", "of limit", "peak MB")
FORM = "{:<26} {:<34} {:>7} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8} {:>8}"


@dataclasses.dataclass
class Cost:
    wall: float
    cpu: float
    peak_mb: float
    out: str = ""
    n_runs: int = 0     # 0: as many as wanted


@dataclasses.dataclass
class Row:
    stage: str
    who: str
    threads: int
    mpx: float
    wall: float
    cpu: float
    peak_mb: float

    @property
    def rate(self):
        return self.mpx / self.wall if self.wall > 0 else 0.0


def run_once(command, env=None, cwd=None):
    """Wall and CPU seconds of one process with its children, and its peak MB; RuntimeError with the end of what it said."""
    with tempfile.NamedTemporaryFile() as report, tempfile.TemporaryFile() as said:
        words = [str(word) for word in (os.path.join(os.environ["BENCH_PROGRAMS"], "bench_cost"), report.name, *command)]
        done = subprocess.run(words, stdout=said, stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, **(env or {})},
                              stdin=subprocess.DEVNULL, check=False)
        said.seek(0)
        text = said.read().decode(errors="replace")
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words[2:])[:300]}: exit {done.returncode}: {text[-600:]}")
        wall, cpu, peak_kb = (float(word) for word in report.read().split())
    return Cost(wall, cpu, peak_kb / 1024, text)


def timed(command, runs, env=None, before=None, patience_s=None):
    """Medians over `runs`, or over as many as fit into patience_s seconds, at least one; `before` is called first each time and
    not counted."""
    costs = []
    while len(costs) < runs and (not costs or patience_s is None or sum(c.wall for c in costs) + costs[-1].wall < patience_s):
        if before:
            before()
        costs.append(run_once(command, env))
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs), max(c.peak_mb for c in costs),
                costs[-1].out, len(costs))


class Table:
    """The rows of one run of the bench. Notes are printed where they arise and again at the end."""

    def __init__(self, runs, cores, limits, patience_s=None):
        self.runs, self.cores, self.limits, self.patience_s = runs, cores, limits, patience_s
        self.rows, self.notes = [], []

    def head(self):
        print(FORM.format(*HEAD), flush=True)

    def note(self, text):
        self.notes.append(text)
        print(f"  {text}", flush=True)

    def add(self, stage, who, threads, mpx, cost, files=None, bytes_px=None, limit=None):
        """One row. `files` = (inputs, outputs): the limit is their decoding and encoding; or `limit` in seconds."""
        if 0 < cost.n_runs < self.runs:
            who += f" ({cost.n_runs} run{'s' if cost.n_runs > 1 else ''})"
        row = Row(stage, who, threads, mpx, cost.wall, cost.cpu, cost.peak_mb)
        self.rows.append(row)
        if files and limit is None and self.limits:
            limit = sum(self.limits.decode(f, threads) for f in files[0]) + sum(self.limits.encode(f, threads) for f in files[1])
        if files and bytes_px is None:
            bytes_px = sum(pixel_bytes(f) for part in files for f in part)
        print(FORM.format(stage, who, threads, f"{row.wall:.2f}", f"{row.cpu:.2f}" if row.cpu else "-",
                          f"{row.rate:.2f}" if mpx else "-", f"{row.wall * 1e3 / mpx:.1f}" if mpx else "-",
                          f"{bytes_px:.0f}" if bytes_px else "-", f"{100 * limit / row.wall:.0f} %" if limit else "-",
                          f"{row.peak_mb:.0f}" if row.peak_mb else "-"), flush=True)
        return row

    def run(self, stage, who, threads, mpx, command, files=None, env=None, before=None, patience_s=None, **more):
        return self.add(stage, who, threads, mpx, timed(command, self.runs, env, before, patience_s), files, **more)

    def peer(self, *words, **more):
        """As run; a peer is not repeated beyond patience_s."""
        return self.run(*words, patience_s=self.patience_s, **more)

    def find(self, stage, who, threads=None):
        """The fastest row of that stage whose name begins with `who`."""
        found = [r for r in self.rows if r.stage == stage and r.who.startswith(who) and threads in (None, r.threads)]
        return min(found, key=lambda r: r.wall / (r.mpx or 1)) if found else None


def pixel_bytes(path):
    """Bytes of one pixel in memory; 0 for what is no raster."""
    from osgeo import gdal
    if pathlib.Path(path).suffix not in (".tif", ".vrt"):
        return 0
    raster = gdal.Open(str(path))
    return sum(gdal.GetDataTypeSize(raster.GetRasterBand(b + 1).DataType) // 8 for b in range(raster.RasterCount))


class Limits:
    """Seconds that decoding, encoding and copying take at best, measured once each in this run by bench_limits."""

    def __init__(self, program, runs, folder):
        self.program, self.runs, self.folder, self.known = program, runs, folder, {}

    def _seconds(self, *words):
        if words not in self.known:
            says = [subprocess.run([str(w) for w in (self.program, *words)], check=True, capture_output=True, text=True).stdout.split()
                    for _ in range(self.runs)]
            self.known[words] = tuple(statistics.median(float(s[i]) for s in says) for i in (0, 1))
        return self.known[words]

    def decode(self, path, threads):
        return self._seconds("decode", path, threads)[0]

    def encode(self, path, threads):
        if pathlib.Path(path).suffix != ".tif":
            return 0.0
        return self._seconds("encode", path, threads, self.folder)[0]

    def copy_mb_s(self, threads):
        """Megabytes read and written a second, of arrays that no cache holds."""
        return self._seconds("copy", 1024, threads)[1]
