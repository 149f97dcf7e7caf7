"""Pages in a real browser: both languages, desk and phone, no errors in the console, nothing wider than the screen."""
