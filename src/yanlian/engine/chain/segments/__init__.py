"""The state of each segment here, what to fill next, whom to attract, who leads: findings with the reason of each."""
