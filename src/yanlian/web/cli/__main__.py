"""`python -m yanlian.web.cli`: what run.py calls."""

from yanlian.web.cli.main import main

main()
