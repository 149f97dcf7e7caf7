"""Template tags of the shared page parts; `page` is loaded in every template by the settings."""
