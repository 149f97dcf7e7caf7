"""Makes the small district in a data folder of its own and serves it with waitress, as the real command does.

Run as a process of its own: `python -m tests.browser.serve FOLDER`. Prints one line of JSON when it is ready.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(folder: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "yanlian.web.settings"
    os.environ["YANLIAN_DATA"] = folder
    os.environ["YANLIAN_PACKS"] = str(Path(__file__).parents[1] / "web" / "packs")
    os.environ["YANLIAN_CHAINS"] = str(Path(folder) / "chains")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from waitress.server import create_server

    from yanlian.web.wsgi import application

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    ready = {"url": f"http://127.0.0.1:{server.effective_port}", **_content()}
    print(json.dumps(ready), flush=True)
    server.run()


def _content() -> dict[str, object]:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from tests.apps.chains.small_chain import fill_chain, fill_waiting, make_firm, write_chain
    from tests.web.district import make_district, make_user
    from yanlian.apps.chains.actions_lead import begin_lead
    from yanlian.apps.chains.actions_risk import rank_risks
    from yanlian.apps.registry.snapshots import build_snapshot

    district = make_district()
    write_chain(Path(settings.CHAINS))
    maker = fill_chain(district.firm, district.stranger)
    fill_waiting(*(make_firm(f"WAIT-{n}", f"样例待归位{n}科技（虚构）") for n in "甲乙丙丁"))
    rank_risks(None)
    lead = begin_lead("vr", "vr-screen", None, firm=maker, reason="本区没有微显示屏")
    build_snapshot(timezone.now(), settings.DATA / "snapshots")
    people = [
        make_user("official", "sci"),
        make_user("enterprise", entity_code=district.firm.code),
        make_user("analyst"),
        make_user("administrator"),
    ]
    sessions = {}
    for user in people:
        client = Client()
        client.force_login(user)
        sessions[user.role] = client.cookies["sessionid"].value
    return {
        "firm": district.firm.code,
        "leader": district.leader.code,
        "run": district.run.pk,
        "lead": lead.pk,
        "sessions": sessions,
    }


if __name__ == "__main__":
    main(sys.argv[1])
