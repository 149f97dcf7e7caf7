"""Django settings. Everything that differs between places comes from the environment; the defaults need nothing.

YANLIAN_DATA    folder for the database, snapshots, runs and keys (default: data/ in the working folder)
DATABASE_URL    postgresql://user:password@host:port/name (default: SQLite in the data folder)
YANLIAN_PACKS   folder of the policy packs (default: packs/ of the project)
YANLIAN_DISTRICT folder of the district's own data; its packs.yaml names the packs in use (default: districts/laoshan)
YANLIAN_CHAINS  folder of the chain templates (default: chains/ of the project)
YANLIAN_ENGINE  what evaluates: kernel or interpreter (default: kernel)
YANLIAN_HOSTS   host names the server answers to, separated by commas (default: 127.0.0.1,localhost)
YANLIAN_DEBUG   1 shows error pages with details (default: 0)
YANLIAN_HTTPS   1 when served over HTTPS: secure cookies and strict transport (default: 0)
"""

from __future__ import annotations

import os
from pathlib import Path

from yanlian.web.database import database_from_url
from yanlian.web.keys import installation_key

PROJECT = Path(__file__).resolve().parents[3]
PACKS = Path(os.environ.get("YANLIAN_PACKS", PROJECT / "packs")).resolve()
DISTRICT = Path(os.environ.get("YANLIAN_DISTRICT", PROJECT / "districts" / "laoshan")).resolve()
CHAINS = Path(os.environ.get("YANLIAN_CHAINS", PROJECT / "chains")).resolve()
ENGINE = os.environ.get("YANLIAN_ENGINE", "kernel")
DATA = Path(os.environ.get("YANLIAN_DATA", "data")).resolve()
DEBUG = os.environ.get("YANLIAN_DEBUG") == "1"
SECRET_KEY = installation_key(DATA, "session")
# Persons are known by a hash of their ID number with this key; without it nobody can try out numbers.
PERSON_KEY = installation_key(DATA, "persons")
ALLOWED_HOSTS = os.environ.get("YANLIAN_HOSTS", "127.0.0.1,localhost,testserver").split(",")
HTTPS = os.environ.get("YANLIAN_HTTPS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "yanlian.ui",
    "yanlian.apps.people",
    "yanlian.apps.registry",
    "yanlian.apps.policies",
    "yanlian.apps.sandbox",
    "yanlian.apps.chains",
    "yanlian.apps.ledger",
    "yanlian.apps.delivery",
    "yanlian.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yanlian.web.language.ChosenLanguage",
    "yanlian.web.security.SafetyHeaders",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yanlian.web.exports.ExportLog",
    "yanlian.apps.chains.faulty.FaultyChains",
]

ROOT_URLCONF = "yanlian.web.urls"
WSGI_APPLICATION = "yanlian.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yanlian.web.navigation.navigation",
            ],
            "builtins": ["yanlian.ui.templatetags.page"],
        },
    },
]

DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", ""), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "yanlian.web.faults.forged"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
