"""The outermost room: settings, addresses, language, command line, sample, templates. May import everything below."""
