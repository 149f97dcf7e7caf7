"""Chains out of YAML files: one file or a folder of them, every fault with its file and line."""

from __future__ import annotations

from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.base.tree import Unreadable
from yanlian.engine.chain.template.build import chain_of
from yanlian.engine.chain.template.finding import ChainFaults, Finding
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.tree import decoded, read_tree


def read_chain(path: Path | str) -> Chain:
    """The chain of one YAML file. Raises `ChainFaults` with everything that is wrong with it."""
    file = Path(path)
    chain, found = read_file(file)
    if chain is None or found:
        raise ChainFaults(found)
    return chain


def read_chains(folder: Path | str) -> tuple[Chain, ...]:
    """The chains of all YAML files of a folder, in the order of their names. Raises `ChainFaults` with the faults of
    all of them; an id of a chain or a segment that stands in two files is one."""
    chains: list[Chain] = []
    found: list[Finding] = []
    for file in chain_files(folder):
        chain, faults = read_file(file)
        found += faults
        if chain is not None:
            found += clashes(chain, chains)
            chains.append(chain)
    if found:
        raise ChainFaults(found)
    return tuple(chains)


def chain_files(folder: Path | str) -> list[Path]:
    """The YAML files of a folder."""
    return sorted(file for file in Path(folder).iterdir() if file.suffix in {".yaml", ".yml"} and file.is_file())


def read_file(file: Path) -> tuple[Chain | None, list[Finding]]:
    """The chain of a YAML file, as far as it can be read, and its faults."""
    name = file.name
    try:
        data = file.read_bytes()
    except OSError as fault:
        return None, [Finding(name, 0, "", Refused("chain_file", found=fault.strerror or str(fault)))]
    try:
        return chain_of(read_tree(decoded(data)), name)
    except Unreadable as fault:
        return None, [Finding(name, fault.line, "", fault.refusal)]


def clashes(chain: Chain, others: list[Chain]) -> list[Finding]:
    """Ids that an earlier file has already: firms are placed on segments by id alone."""
    found = []
    for other in others:
        if other.id == chain.id:
            refusal = Refused("chain_id_elsewhere", found=chain.id, file=other.file, line=1)
            found.append(Finding(chain.file, 1, "", refusal))
        for one in chain.segments:
            if one.id in other.by_id:
                line = other.by_id[one.id].line
                refusal = Refused("chain_id_elsewhere", found=one.id, file=other.file, line=line)
                found.append(Finding(chain.file, one.line, one.id, refusal))
    return found
