"""A Spark session for runs: what must be on this machine for one, and the settings that runs want."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yanlian.base.refusal import Refused

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Versions of Java that Spark runs on: https://spark.apache.org/docs/latest/ ("Downloading").
_JAVA = {(4, 1): (17, 21)}
_JAVA_SINCE_4_2 = (17, 21, 25)
_WHERE_JAVA_LIES = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java")
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # One evaluator for each Python process, kept from task to task.
    "spark.python.worker.reuse": "true",
    # A row is a unit of work: they are handed over one by one.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1",
    # An executor's Python is started with threads of its own: compiled programs want none.
    "spark.executorEnv.OMP_NUM_THREADS": "1",
    "spark.executorEnv.ARROW_IO_THREADS": "2",
}


@contextmanager
def session(master: str, settings: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session on a cluster. One that is there already is used as it is and left; one made here is ended.

    `settings` go over ours. Refused: no pyspark here, no Java that it runs on, a cluster that cannot be reached.
    """
    require_pyspark()
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    there = SparkSession.getActiveSession()
    if there is not None:
        yield there
        return
    require_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("yanlian").master(master)
    for key, value in {**_SETTINGS, **settings}.items():
        builder = builder.config(key, value)
    try:
        made = builder.getOrCreate()
    except _start_faults() as error:
        raise Refused("spark_start", what=master, found=first_line(error)) from error
    except PySparkException as error:
        raise Refused("spark_start", what=master, found=first_line(error)) from error
    try:
        yield made
    finally:
        made.stop()


def _start_faults() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError

    return (Py4JError, OSError)


def first_line(error: BaseException) -> str:
    """What an error of Spark comes down to: Java's own cause rather than the call that met it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("Caused by:", ": "))]
    return (causes[-1].removeprefix("Caused by:").removeprefix(": ") if causes else lines[0] if lines else "?")[:300]


def require_pyspark() -> None:
    """Refused when pyspark is not installed: it is an extra."""
    if importlib.util.find_spec("pyspark") is None:
        raise Refused("spark_absent")


def require_java() -> Path:
    """Java that this Spark runs on: of JAVA_HOME when that is set, else of the path, else where systems put it.

    JAVA_HOME is set to it for the processes started from here. Refused when there is none.
    """
    wanted = _versions()
    found: dict[str, int] = {}
    for home in _homes():
        version = java_version(home)
        if version in wanted:
            os.environ["JAVA_HOME"] = str(home)
            return home
        if version is not None:
            found[str(home)] = version
    seen = ", ".join(f"{version} ({home})" for home, version in found.items()) or "—"
    raise Refused("spark_java", expected=", ".join(map(str, wanted)), found=seen)


def _versions() -> tuple[int, ...]:
    import pyspark

    major, minor = (int(part) for part in pyspark.__version__.split(".")[:2])
    return _JAVA.get((major, minor), _JAVA_SINCE_4_2)


def _homes() -> Iterator[Path]:
    told = os.environ.get("JAVA_HOME")
    if told:
        # Whoever sets it means it: another Java would be a surprise.
        yield Path(told)
        return
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve().parent.parent
    for folder in map(Path, _WHERE_JAVA_LIES):
        if folder.is_dir():
            yield from sorted(
                (one / "Contents/Home" if (one / "Contents").is_dir() else one) for one in folder.iterdir()
            )


def java_version(home: Path) -> int | None:
    """The main version of the Java in a folder; None when there is none that runs."""
    program = home / "bin" / ("java.exe" if os.name == "nt" else "java")
    try:
        told = subprocess.run([str(program), "-version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r'version "(\d+)(?:\.(\d+))?', told.stderr + told.stdout)
    if version is None:
        return None
    # Before 9 it was called 1.8.
    return int(version[2]) if version[1] == "1" and version[2] else int(version[1])
