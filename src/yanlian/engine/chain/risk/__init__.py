"""What stops if a firm stops: the economic systemic risk index, shocks tier by tier, substitutes, inferred networks."""
