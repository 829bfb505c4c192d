"""Every setting, read from the environment in this one place. A wrong one stops the start and says how to mend it."""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(SystemExit):
    """A setting that cannot be used. Printed as it is; the process ends with 2."""

    def __init__(self, name: str, problem: str, mend: str) -> None:
        super().__init__(2)
        self.sentence = f"{name}: {problem} {mend}"

    def __str__(self) -> str:
        return self.sentence


def _integer(name: str, default: int, low: int, high: int) -> int:
    raw = os.environ.get(name, str(default))
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise BadSetting(name, f"“{raw}” is not a number from {low} to {high}.", f"Try {name}={default}.")
    return int(raw)


def _flag(name: str) -> bool:
    raw = os.environ.get(name, "0").lower()
    if raw not in {"0", "1", "true", "false", ""}:
        raise BadSetting(name, f"“{raw}” is neither 0 nor 1.", f"Try {name}=1.")
    return raw in {"1", "true"}


def _secret_key(home: Path) -> str:
    """The given key, or one that is made once and kept with the data, readable by its owner alone."""
    given = os.environ.get("TRIMTAB_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise BadSetting("TRIMTAB_SECRET_KEY", "is shorter than 32 characters.", "Use a long random text.")
        return given
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


@dataclass(frozen=True, slots=True)
class S3Settings:
    """A bucket that speaks S3. ``endpoint`` is host and port; ``prefix`` stands before every name in it."""

    endpoint: str
    secure: bool
    bucket: str
    region: str
    access_key: str
    secret_key: str
    prefix: str


@dataclass(frozen=True, slots=True)
class FileSettings:
    """What may be uploaded, and where it is kept: in ``home``/files, or in a bucket.

    ``max_bytes`` of one file, ``quota_bytes`` of a workspace; ``types`` are patterns like ``image/*``.
    """

    max_bytes: int
    quota_bytes: int
    types: tuple[str, ...]
    s3: S3Settings | None


FILE_TYPES = (
    "image/*,text/*,audio/*,video/*,application/pdf,application/json,application/zip,application/gzip,"
    "application/vnd.*,application/octet-stream"
)


def _files() -> FileSettings:
    types = os.environ.get("TRIMTAB_FILE_TYPES", FILE_TYPES)
    return FileSettings(
        max_bytes=_integer("TRIMTAB_FILE_MAX_MB", 25, 1, 5_000) * 1024 * 1024,
        quota_bytes=_integer("TRIMTAB_FILES_QUOTA_MB", 10_000, 1, 100_000_000) * 1024 * 1024,
        types=tuple(kind.strip().lower() for kind in types.split(",") if kind.strip()),
        s3=_s3(),
    )


def _s3() -> S3Settings | None:
    """The bucket, if one is named. Raises BadSetting for half of one."""
    bucket = os.environ.get("TRIMTAB_S3_BUCKET", "")
    if not bucket:
        return None
    address = os.environ.get("TRIMTAB_S3_ENDPOINT", "https://s3.amazonaws.com")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise BadSetting(
            "TRIMTAB_S3_ENDPOINT", f"“{address}” is no address of a store.", "Try https://minio.example.com."
        )
    missing = [name for name in ("TRIMTAB_S3_ACCESS_KEY", "TRIMTAB_S3_SECRET_KEY") if not os.environ.get(name)]
    if missing:
        raise BadSetting(missing[0], "is missing, and TRIMTAB_S3_BUCKET is set.", "Give both keys of the bucket.")
    return S3Settings(
        endpoint=parts.netloc,
        secure=parts.scheme == "https",
        bucket=bucket,
        region=os.environ.get("TRIMTAB_S3_REGION", "us-east-1"),
        access_key=os.environ["TRIMTAB_S3_ACCESS_KEY"],
        secret_key=os.environ["TRIMTAB_S3_SECRET_KEY"],
        prefix=os.environ.get("TRIMTAB_S3_PREFIX", "").strip("/"),
    )


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server: ``tls`` from the first byte (smtps) or ``starttls`` once connected."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool


_MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def _mail() -> Mail | None:
    """TRIMTAB_SMTP_URL, as ``smtp+starttls://user:password@mail.example.com:587``. Raises BadSetting."""
    raw = os.environ.get("TRIMTAB_SMTP_URL", "")
    if not raw:
        return None
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname, parts.port
    except ValueError as wrong:
        raise BadSetting("TRIMTAB_SMTP_URL", "is no address.", "Try smtp+starttls://mail.example.com.") from wrong
    if parts.scheme not in _MAIL_PORTS or not host:
        raise BadSetting(
            "TRIMTAB_SMTP_URL",
            f"“{parts.scheme}://…” is no mail server.",
            "It begins with smtps:// or smtp+starttls://.",
        )
    if parts.scheme == "smtp" and parts.password and host not in {"localhost", "127.0.0.1", "::1"}:
        raise BadSetting("TRIMTAB_SMTP_URL", "would send a password in the open.", "Use smtps:// or smtp+starttls://.")
    return Mail(
        host, port or _MAIL_PORTS[parts.scheme], unquote(parts.username or ""), unquote(parts.password or ""),
        tls=parts.scheme == "smtps", starttls=parts.scheme == "smtp+starttls",
    )  # fmt: skip


WEBHOOK_HOSTS = (
    "hooks.slack.com", "hooks.slack-gov.com", ".logic.azure.com", ".api.powerplatform.com", ".api.powerautomate.com",
    "api.powerautomate.com", ".webhook.office.com",
)  # fmt: skip
"""Where Slack's incoming webhooks and the Workflows of Teams live."""


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """Files on their way in: kept below ``folder`` for ``kept_days``; ``max_bytes`` of one file."""

    folder: Path
    max_bytes: int
    kept_days: int


def _imports(home: Path) -> ImportSettings:
    return ImportSettings(
        folder=home / "imports",
        max_bytes=_integer("TRIMTAB_IMPORT_MAX_MB", 512, 1, 100_000) * 1024 * 1024,
        kept_days=_integer("TRIMTAB_IMPORT_KEPT_DAYS", 30, 1, 3650),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. ``home`` holds the private database, logs, keys and attachments."""

    home: Path
    port: int
    database_url: str
    owner_url: str
    secret_key: str
    debug: bool
    allowed_hosts: tuple[str, ...]
    public_url: str
    log_level: str
    web_workers: int
    secure_cookies: bool
    demo: bool
    files: FileSettings
    imports: ImportSettings
    mail: Mail | None
    mail_from: str
    webhook_hosts: tuple[str, ...]
    webhook_private: bool


def read() -> Settings:
    """Read the environment. Raises BadSetting."""
    home = Path(os.environ.get("TRIMTAB_HOME", ".trimtab")).resolve()
    port = _integer("PORT", 8000, 1, 65535)
    public_url = os.environ.get("TRIMTAB_PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    if urlsplit(public_url).scheme not in {"http", "https"}:
        raise BadSetting("TRIMTAB_PUBLIC_URL", f"“{public_url}” is no web address.", "Try https://trimtab.example.com.")
    database_url = os.environ.get("DATABASE_URL", "postgresql://trimtab_app@/trimtab")
    hosts = os.environ.get("TRIMTAB_ALLOWED_HOSTS", "")
    return Settings(
        home=home,
        port=port,
        database_url=database_url,
        owner_url=os.environ.get("TRIMTAB_OWNER_URL", database_url),
        secret_key=_secret_key(home),
        debug=_flag("TRIMTAB_DEBUG"),
        allowed_hosts=tuple(h.strip() for h in hosts.split(",") if h.strip())
        or ("localhost", "127.0.0.1", "[::1]", urlsplit(public_url).hostname or "localhost"),
        public_url=public_url,
        log_level=os.environ.get("TRIMTAB_LOG_LEVEL", "INFO").upper(),
        web_workers=_integer("TRIMTAB_WEB_WORKERS", 1, 1, 64),
        secure_cookies=public_url.startswith("https://"),
        demo=_flag("TRIMTAB_DEMO"),
        files=_files(),
        imports=_imports(home),
        mail=_mail(),
        mail_from=os.environ.get("TRIMTAB_MAIL_FROM", f"Trimtab <trimtab@{urlsplit(public_url).hostname}>"),
        webhook_hosts=WEBHOOK_HOSTS
        + tuple(h.strip() for h in os.environ.get("TRIMTAB_WEBHOOK_HOSTS", "").split(",") if h.strip()),
        webhook_private=_flag("TRIMTAB_WEBHOOK_PRIVATE"),
    )


# One question, one core: parallel plans and compiled ones cost more than they save on answers of milliseconds.
# Every search reads what an index has not sorted in yet from end to end, so an edit leaves little of it.
_SESSION = (
    "-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=32MB -c random_page_cost=1.1"
    " -c gin_pending_list_limit=512kB"
)


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """A PostgreSQL URL (``postgresql://user:password@host:port/name?host=/socket/folder``) as Django wants it."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(name, f"“{parts.scheme}://…” is not PostgreSQL.", "It begins with postgresql://.")
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(query.pop("port", None) or parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": _SESSION} | query | {"application_name": "trimtab"},
        "TEST": {"MIGRATE": True},
    }


CURRENT = read()

SECRET_KEY = CURRENT.secret_key
DEBUG = CURRENT.debug
ALLOWED_HOSTS = list(CURRENT.allowed_hosts)
DATABASES = {
    "default": database(CURRENT.database_url),
    "owner": database(CURRENT.owner_url, "TRIMTAB_OWNER_URL"),
}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "procrastinate.contrib.django",
    "trimtab.core",
    "trimtab.accounts",
    "trimtab.collab",
    "trimtab.roadmap",
    "trimtab.integrations",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
MIDDLEWARE = [
    "trimtab.api.middleware.Edge",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "trimtab.api.urls"
APPEND_SLASH = False
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CURRENT.secure_cookies
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [CURRENT.public_url]
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "trimtab.accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
HEADLESS_ONLY = True
HEADLESS_FRONTEND_URLS: dict[str, str] = {}
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if CURRENT.mail else 'console'}.EmailBackend"
EMAIL_HOST = CURRENT.mail.host if CURRENT.mail else ""
EMAIL_PORT = CURRENT.mail.port if CURRENT.mail else 0
EMAIL_HOST_USER = CURRENT.mail.user if CURRENT.mail else ""
EMAIL_HOST_PASSWORD = CURRENT.mail.password if CURRENT.mail else ""
EMAIL_USE_SSL = CURRENT.mail is not None and CURRENT.mail.tls
EMAIL_USE_TLS = CURRENT.mail is not None and CURRENT.mail.starttls
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = CURRENT.mail_from
