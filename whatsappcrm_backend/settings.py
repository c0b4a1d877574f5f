"""All settings in one file, read from the environment (`.env` beside manage.py is loaded first).

Boots for development with DEBUG=true and nothing else; with DEBUG off it refuses to start without real secrets and says which.
Each variable is explained in docs/configuration.md and listed in .env.example (a test compares the three).
"""

from pathlib import Path

import environ

from common.log_setup import build_logging, configure_structlog
from common.redaction import hide
from common.required_secrets import secret_or_refuse
from console.theme import ADMIN_THEME

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- who we are -------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_or_refuse("SECRET_KEY", env.str("SECRET_KEY", default=""), debug=DEBUG)
ENCRYPTION_SECRET = secret_or_refuse("ENCRYPTION_SECRET", env.str("ENCRYPTION_SECRET", default=""), debug=DEBUG)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUST_PROXY_SSL = env.bool("TRUST_PROXY_SSL", default=False)
PORT = env.int("PORT", default=8000)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8001)
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

# --- applications, lowest last: see docs/architecture.md for the staircase ---------------------------------------------
INSTALLED_APPS = [
    "common",  # before unfold, so that our templates of the same name win
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "console",
    "integrations",
    "meta_integration",
    "products_and_services",
    "operations",
    "tenants",
]
MIDDLEWARE = [
    "common.database_outage.DatabaseOutageMiddleware",
    "common.log_context.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "tenants.middleware.ActorMiddleware",
]
ROOT_URLCONF = "whatsappcrm_backend.urls"
WSGI_APPLICATION = "whatsappcrm_backend.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- database: SQLite after `make up`, PostgreSQL in production; never ATOMIC_REQUESTS (network calls would hold locks) --
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    (BASE_DIR / "var").mkdir(exist_ok=True)
    # IMMEDIATE: a deferred transaction that upgrades to a write fails at once with "database is locked", whatever the timeout.
    # 16 MB of pages kept: with SQLite's 2 MB, looking a page of products up in a shop of ten thousand takes twice as long.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A tarpit instead of a database must not hold a page for minutes. No JIT: the planner takes "mark <> done" for nearly all items, and
    # would compile each round's small look at the waiting ones for 40 to 200 ms.
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, "options": "-c statement_timeout=60000 -c lock_timeout=15000 -c jit=off"}
    DATABASES["default"]["CONN_MAX_AGE"] = 60

# --- broker: the doorbell. Losing it loses no work, so every wait on it is bounded (half a second, no retries) ----------
_running_broker = BASE_DIR / "var" / "redis_url"  # Written by `make up`, so that commands in another window ring the same bell.
REDIS_URL = env.str("REDIS_URL", default="") or (
    _running_broker.read_text().strip() if _running_broker.is_file() else "redis://127.0.0.1:6379/0"
)
CELERY_BROKER_URL = f"redis+socket://{REDIS_URL.removeprefix('unix://')}" if REDIS_URL.startswith("unix://") else REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_ROUTES = {
    "meta_integration.tasks.compare": {"queue": "maintenance"},
    "meta_integration.tasks.ask_verdicts": {"queue": "maintenance"},
    # Strangers' picture hosts may hang like shops do. 9 is served last: what somebody waits for does not stand behind a crowd of pictures.
    "meta_integration.tasks.check_pictures": {"queue": "shops", "priority": 9},
    "meta_integration.tasks.*": {"queue": "catalog"},
    "operations.tasks.watch": {"queue": "webhooks"},  # Not behind an import of ten minutes.
    "operations.tasks.deliver_alerts": {"queue": "webhooks"},
    "products_and_services.tasks.*": {"queue": "imports"},
    # Only start runs: not behind imports of minutes, or the bell would be too old when it is heard.
    "integrations.tasks.import_when_due": {"queue": "maintenance"},
    "integrations.tasks.sync_all_*": {"queue": "maintenance"},
    # Only look at rows and ring.
    "integrations.tasks.sweep_webhooks": {"queue": "maintenance"},
    "integrations.tasks.sweep_orders": {"queue": "webhooks"},
    # Compute for minutes.
    "integrations.tasks.import_products": {"queue": "imports"},
    "integrations.tasks.sync_*": {"queue": "imports"},
    # Everything else asks shops, which may hang: their worker has threads, so that one that does holds up no other.
    "integrations.tasks.*": {"queue": "shops"},
}
CELERY_BEAT_SCHEDULER = "whatsappcrm_backend.beat:Scheduler"
# django-celery-beat knows the time after which a ring is not worth answering as expire_seconds.
CELERY_BEAT_SCHEDULE = {
    "catalog-sweep": {"task": "meta_integration.tasks.sweep", "schedule": 60.0, "options": {"expire_seconds": 50}},
    "orders-sweep": {"task": "integrations.tasks.sweep_orders", "schedule": 60.0, "options": {"expire_seconds": 50}},
    "operations-sweep": {"task": "operations.tasks.sweep", "schedule": 60.0, "options": {"expire_seconds": 50}},
    "shops-in-step": {"task": "integrations.tasks.keep_shops_in_step", "schedule": 60.0, "options": {"expire_seconds": 50}},
    "operations-watch": {"task": "operations.tasks.watch", "schedule": 60.0, "options": {"expire_seconds": 50}},
    "operations-prune": {"task": "operations.tasks.prune", "schedule": 3_600.0, "options": {"expire_seconds": 3_000}},
    "daily-backup": {"task": "operations.tasks.backup_if_due", "schedule": 3600.0, "options": {"expire_seconds": 3000}},
    "shops-webhooks": {"task": "integrations.tasks.sweep_webhooks", "schedule": 300.0, "options": {"expire_seconds": 240}},
    "catalog-readback-nightly": {"task": "meta_integration.tasks.readback_all", "schedule": 86_400.0, "options": {"expire_seconds": 3600}},
}
CELERY_TIMEZONE = "UTC"

# --- Meta -------------------------------------------------------------------------------------------------------------
META_GRAPH_BASE_URL = env.str("META_GRAPH_BASE_URL", default="https://graph.facebook.com").rstrip("/")
META_API_VERSION = env.str("META_API_VERSION", default="v26.0")
META_APP_SECRET = env.str("META_APP_SECRET", default="")
META_WEBHOOK_VERIFY_TOKEN = env.str("META_WEBHOOK_VERIFY_TOKEN", default="")
# Local media only: "auto" sends them when Meta can reach them (https public address, or a stand-in on this machine).
META_CATALOG_INCLUDE_IMAGES = env.str("META_CATALOG_INCLUDE_IMAGES", default="auto")

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))
STORAGE_BACKEND = env.str("STORAGE_BACKEND", default="local")
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", default="")
AWS_S3_ENDPOINT_URL = env.str("AWS_S3_ENDPOINT_URL", default="") or None
AWS_ACCESS_KEY_ID = env.str("AWS_ACCESS_KEY_ID", default="")
AWS_SECRET_ACCESS_KEY = env.str("AWS_SECRET_ACCESS_KEY", default="")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage" if STORAGE_BACKEND == "s3" else "django.core.files.storage.FileSystemStorage",
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o644
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(BASE_DIR / "var" / "backups")))
BACKUP_KEEP = env.int("BACKUP_KEEP", default=7)
# How many days old evidence stays; 0 = for ever. What each covers: docs/operations.md, "What is kept, and how long".
KEEP_HISTORY_DAYS = env.int("KEEP_HISTORY_DAYS", default=365)
KEEP_RUNS_DAYS = env.int("KEEP_RUNS_DAYS", default=90)
KEEP_EVIDENCE_DAYS = env.int("KEEP_EVIDENCE_DAYS", default=30)
KEEP_AUDIT_DAYS = env.int("KEEP_AUDIT_DAYS", default=730)

# --- people, language, time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- safety -------------------------------------------------------------------------------------------------------------
if TRUST_PROXY_SSL:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
SERVED_OVER_TLS = TRUST_PROXY_SSL or PUBLIC_BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SERVED_OVER_TLS and TRUST_PROXY_SSL and not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_OVER_TLS and not DEBUG
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_OVER_TLS and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # HSTS for sub-domains and preload are the domain owner's choice.
ALLOW_PRIVATE_STORE_URLS = env.bool("ALLOW_PRIVATE_STORE_URLS", default=False)
# Where shops at Shopify are reached; {domain} is the shop's (demo.myshopify.com). The stand-in serves the same paths behind
# http://127.0.0.1:<SANDBOX_PORT>/shopify/{domain}: /admin/api/<version>/graphql.json and /admin/oauth/access_token.
SHOPIFY_BASE_URL = env.str("SHOPIFY_BASE_URL", default="https://{domain}")

# --- telling people -----------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 15  # seconds; Django's own default is to wait for ever
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="whatsappcrm@localhost")
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_WEBHOOK_URL = env.str("ALERT_WEBHOOK_URL", default="")
ALERT_WEBHOOK_SECRET = env.str("ALERT_WEBHOOK_SECRET", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk  # type: ignore[import-not-found]  # requirements-optional.txt

    # Neither people's data nor local variables (tokens live in them) leave this machine.
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, include_local_variables=False)
hide(SECRET_KEY, ENCRYPTION_SECRET, META_APP_SECRET, META_WEBHOOK_VERIFY_TOKEN, AWS_SECRET_ACCESS_KEY, ALERT_WEBHOOK_SECRET,
     ALERT_WEBHOOK_URL, METRICS_TOKEN, SENTRY_DSN, EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or "",
     DATABASES["default"].get("PASSWORD") or "")  # fmt: skip
LOG_FORMAT = env.str("LOG_FORMAT", default="console")
LOGGING = build_logging(LOG_FORMAT)
configure_structlog(LOG_FORMAT)
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # Tasks log under the id of the request that caused them.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # RequestIdMiddleware has looked at it.

# --- API ----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.auth.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.auth.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend", "rest_framework.filters.SearchFilter",
                                "rest_framework.filters.OrderingFilter"],
    "DEFAULT_PAGINATION_CLASS": "common.api.Pagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "whatsappcrm API",
    "DESCRIPTION": "Products, catalog status and sync runs of one tenant. Send X-TENANT-ID and X-TENANT-API-KEY with every call.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "RunStatusEnum": "operations.models.RunStatus",
        "RunKindEnum": "operations.models.RunKind",
        "RowStatusEnum": ["created", "updated", "failed"],
        "FindingKindEnum": "meta_integration.models.FindingKind",
        "ProviderEnum": "integrations.models.Provider",
    },
}

# --- the admin's face ---------------------------------------------------------------------------------------------------
UNFOLD = ADMIN_THEME
