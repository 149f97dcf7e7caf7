"""All addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from yanlian.apps.people import pages as people
from yanlian.apps.people import user_pages
from yanlian.apps.policies import clause_page, run_pages
from yanlian.apps.policies import pages as policies
from yanlian.apps.registry import pages as registry
from yanlian.web import dossier, home, language, overview, terms
from yanlian.web.api import urls as api

handler403 = "yanlian.web.faults.forbidden"
handler404 = "yanlian.web.faults.not_found"
handler500 = "yanlian.web.faults.our_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("language", language.switch_language, name="language"),
    path("login", people.sign_in, name="login"),
    path("logout", people.sign_out, name="logout"),
    path("account", people.account, name="account"),
    path("users/", user_pages.users, name="users"),
    path("users/new", user_pages.new_user, name="new-user"),
    path("users/<int:pk>/", user_pages.user, name="user"),
    path("users/<int:pk>/password", user_pages.reset_password, name="reset-password"),
    path("audit/", user_pages.audit, name="audit"),
    path("terms/", terms.terms, name="terms"),
    path("terms/definitions", terms.definitions, name="definitions"),
    path("district/", overview.overview, name="overview"),
    path("registry/", registry.entities, name="entities"),
    path("registry/<str:code>/", dossier.dossier, name="dossier"),
    path("my-dossier", dossier.my_dossier, name="my-dossier"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<str:clause_id>/", clause_page.clause, name="clause"),
    path("runs/", run_pages.runs, name="runs"),
    path("runs/<int:pk>/", run_pages.run, name="run"),
    path("runs/<int:pk>/outcomes/", run_pages.outcomes, name="outcomes"),
    path("", include("yanlian.apps.registry.urls")),
    path("", include("yanlian.apps.policies.urls")),
    path("", include("yanlian.apps.sandbox.urls")),
    path("", include("yanlian.apps.chains.urls")),
    path("", include("yanlian.apps.delivery.urls")),
    path("", include("yanlian.apps.ledger.urls")),
    path("", include("yanlian.apps.chains.network_urls")),
    path("", include("yanlian.apps.chains.placing.urls")),
    path("api/v1/", api.urls),
]
