"""The nouns of the registry. Start at `Entity`."""

from yanlian.apps.registry.models.entity import Alias, Entity

__all__ = ["Alias", "Entity"]
