"""Serves a district whose run can be drafted, published and paid. The day that pages take for today stands in a file.

Run as a process of its own: `python -m tests.browser.serve_paying FOLDER`. Prints one line of JSON when it is ready.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path


def main(folder: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "yanlian.web.settings"
    os.environ["YANLIAN_DATA"] = folder
    os.environ["YANLIAN_PACKS"] = str(Path(__file__).parents[1] / "web" / "packs")
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from waitress.server import create_server

    from tests.web.paying import DAY, make_paying_district
    from yanlian.apps.delivery import days
    from yanlian.web.wsgi import application

    today = Path(folder) / "today"
    today.write_text(DAY.isoformat())
    days.today = lambda: date.fromisoformat(today.read_text())
    call_command("migrate", verbosity=0)
    paying = make_paying_district()
    sessions = {}
    for name in ("official", "finance", "administrator", "enterprise", "stranger"):
        client = Client()
        client.force_login(getattr(paying, name))
        sessions[name] = client.cookies["sessionid"].value
    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    ready = {"url": f"http://127.0.0.1:{server.effective_port}", "run": paying.run.pk, "sessions": sessions}
    print(json.dumps({**ready, "today": str(today)}), flush=True)
    server.run()


if __name__ == "__main__":
    main(sys.argv[1])
