"""Questions to a network of firms: tiers up and down, paths, common suppliers; ownership, controllers, offspring."""
