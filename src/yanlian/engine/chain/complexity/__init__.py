"""Economic complexity by its published definitions: RCA, ECI, PCI, proximity, density, COI, COG; location measures."""
