"""The chains that this installation uses: the templates of the folder CHAINS, read anew when a file changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404

from yanlian.apps.policies.versions.in_force import State, state_of
from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.model import Chain, Segment
from yanlian.engine.chain.template.read import chain_files, read_chains


def chains_in_use() -> tuple[Chain, ...]:
    """All chains, in the order of their files. None when there is no folder. Raises `ChainFaults`."""
    folder = Path(settings.CHAINS)
    if not folder.is_dir():
        return ()
    return _read(folder, state_of(chain_files(folder)))


@lru_cache(maxsize=2)
def _read(folder: Path, state: State) -> tuple[Chain, ...]:
    # `state` is only the key of the cache: other files, other chains.
    return read_chains(folder)


def chain_named(chain: str) -> Chain:
    """The chain with this id. Raises `Refused("chain_not_there")`."""
    for one in chains_in_use():
        if one.id == chain:
            return one
    raise Refused("chain_not_there", found=chain)


def segment_named(chain: str, segment: str) -> Segment:
    """The segment of a chain. Raises `Refused`: chain_not_there, segment_not_there."""
    found = chain_named(chain).by_id.get(segment)
    if found is None:
        raise Refused("segment_not_there", found=segment, chain=chain)
    return found


def chain_or_404(chain: str) -> Chain:
    """The chain that an address names."""
    try:
        return chain_named(chain)
    except Refused as refusal:
        raise Http404(chain) from refusal


def segment_or_404(chain: Chain, segment: str) -> Segment:
    """The segment that an address names."""
    found = chain.by_id.get(segment)
    if found is None:
        raise Http404(segment)
    return found
