"""Run by bench/complexity.py in an environment that has the peers; knows nothing of this project.

Argument 1: a folder with values.npy, into which answers go; argument 2: rounds. Prints one line of JSON: for each
package its version and CPU seconds (median), or why it could not run.
"""

import importlib.metadata
import json
import resource
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np


def ecomplexity(values):
    """The whole set by cid-harvard's package, from a long table (its only entry); its sampled side check left out."""
    import pandas as pd
    from ecomplexity import ecomplexity as run

    rows, columns = np.indices(values.shape)
    table = pd.DataFrame({"t": 1, "l": rows.ravel(), "p": columns.ravel(), "v": values.ravel()})
    names = {"time": "t", "loc": "l", "prod": "p", "val": "v"}

    def work():
        return run(table, names, verbose=False, check_logsupermodularity=False)

    def answers(found):
        found = found.sort_values(["l", "p"])
        grid = {name: found[name].to_numpy().reshape(values.shape) for name in ("eci", "pci", "density", "cog")}
        return {**grid, "eci": grid["eci"][:, 0], "pci": grid["pci"][0]}

    return work, answers


def datawheel(values):
    """RCA, ECI/PCI (reflections), proximity, relatedness, distance and opportunity gain by Datawheel's package."""
    import economic_complexity as ec
    import pandas as pd

    table = pd.DataFrame(values)

    def work():
        index = ec.rca(table)
        eci, pci = ec.complexity(index)
        near = ec.proximity(index)
        dense, _ = ec.relatedness(index, proximities=near), ec.distance(index, proximities=near)
        return eci, pci, dense, ec.opportunity_gain(index, pci=pci, proximities=near)

    def answers(found):
        return dict(zip(("eci", "pci", "density", "cog"), (one.to_numpy() for one in found), strict=True))

    return work, answers


def main():
    """Each package in turn; one that is missing or fails is told, not hidden."""
    warnings.simplefilter("ignore")
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    values, told = np.load(folder / "values.npy"), {}
    for name, package, prepare in (
        ("ecomplexity", "ecomplexity", ecomplexity),
        ("datawheel", "economic-complexity", datawheel),
    ):
        try:
            work, answers = prepare(values)
            seconds = []
            for _ in range(rounds):
                started = time.process_time()
                found = work()
                seconds.append(time.process_time() - started)
        except (ImportError, ValueError, TypeError, AttributeError) as fault:
            told[name] = {"not_run": f"{type(fault).__name__}: {fault}"}
            continue
        np.savez(folder / f"{name}.npz", **answers(found))
        told[name] = {
            "version": importlib.metadata.version(package),
            "cpu_s": round(statistics.median(seconds), 4),
            "cpu_s_all": [round(one, 4) for one in seconds],
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
