"""Settings: read from the environment once, checked once, each error one line that says what to do.

APP_ENV            demo, development, testing or production (default: demo)
HOST, PORT         where the server listens (127.0.0.1, 5000)
WEB_PROCESSES      server processes; more than one needs REDIS_URL (1)
INSTANCE_PATH      folder of all that the running program writes (instance/)
SECRET_KEY         signs sessions; production needs one, elsewhere one is made and kept in the instance folder
DATABASE_URL       SQLAlchemy address of the database (SQLite in the instance folder)
REDIS_URL          shared cache, rate limits and queue of background jobs (none: in process, and a folder)
JOBS_WORKER        serve: the server starts a worker while there are background jobs; apart: `flask worker` runs by
                   itself (serve without REDIS_URL, else apart)
PAGE_CACHE         on or off (on; in development off)
PAGE_MIRROR        folder in which nginx finds cached pages, kept by `flask mirror` (none)
CDN_KEY_HEADER     header that tells a CDN by which keys a page is purged: Surrogate-Key, Cache-Tag (none)
CDN_LIFETIME       seconds for which the CDN may keep a page (3600)
CDN_PURGE_URL      address to which the keys of purges are posted (none)
CDN_PURGE_TOKEN    what the CDN asks for there (none)
CDN_PURGE_TOKEN_HEADER
                   header that it asks for it in (Authorization, as a bearer token)
SITE_URL           public address of the site, for absolute links (the request's host)
TRUSTED_HOSTS      comma-separated host names that are answered (any)
TRUSTED_PROXIES    how many reverse proxies in front set X-Forwarded headers (0)
SITE_LOCALES       languages of the site, comma-separated BCP 47 codes (en,pt,es,fr,de,ar,zh-Hans)
DEFAULT_LOCALE     language where nothing else decides (the first of them)
TRANSLATIONS_PATH  folder of the catalogues (translations/)
DEMO_PASSWORD      password of the demonstration accounts (generated and kept in the instance folder)
MAIL_SERVER, MAIL_PORT, MAIL_USERNAME, MAIL_PASSWORD, MAIL_USE_TLS, MAIL_USE_SSL, MAIL_DEFAULT_SENDER
                   SMTP; without a server, mail goes to the log and to mail/ in the instance folder
"""

import difflib
import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from babel import Locale, UnknownLocaleError
from click import ClickException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent

SETTINGS = frozenset(
    "APP_ENV HOST PORT WEB_PROCESSES INSTANCE_PATH SECRET_KEY DATABASE_URL REDIS_URL JOBS_WORKER PAGE_CACHE "
    "PAGE_MIRROR SITE_URL CDN_KEY_HEADER CDN_LIFETIME CDN_PURGE_URL CDN_PURGE_TOKEN CDN_PURGE_TOKEN_HEADER "
    "TRUSTED_HOSTS TRUSTED_PROXIES SITE_LOCALES DEFAULT_LOCALE TRANSLATIONS_PATH DEMO_PASSWORD MAIL_SERVER "
    "MAIL_PORT MAIL_USERNAME MAIL_PASSWORD MAIL_USE_TLS MAIL_USE_SSL MAIL_DEFAULT_SENDER".split()
)
# Names that begin like this are ours; one that we do not know is a mistake, not somebody else's variable.
OWN_PREFIXES = ("SITE_", "TRANSLATIONS_", "DEMO_", "PAGE_CACHE", "PAGE_MIRROR", "CDN_", "JOBS_", "MAIL_", "BABELPRESS_")
ENVIRONMENTS = ("demo", "development", "testing", "production")


class ConfigurationError(ClickException):
    """A setting is missing, unknown or wrong; the text is one line that says what to do, all that a command shows."""


def read_settings(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The configuration of an application, from environment variables.

    Returns a mapping for `app.config`. Raises ConfigurationError.
    """
    env = dict(os.environ if environ is None else environ)
    _refuse_unknown(env)
    app_env = _choice(env, "APP_ENV", ENVIRONMENTS, "demo")
    instance = _folder(env, "INSTANCE_PATH", ROOT / "instance")
    locales = _locales(env.get("SITE_LOCALES") or "en,pt,es,fr,de,ar,zh-Hans", "SITE_LOCALES")
    default_locale = _locales(env.get("DEFAULT_LOCALE") or locales[0], "DEFAULT_LOCALE")[0]
    if default_locale not in locales:
        raise ConfigurationError(f"DEFAULT_LOCALE: {default_locale} is not among SITE_LOCALES; add it there.")
    redis_url = _redis_url(env)
    processes = _number(env, "WEB_PROCESSES", 1, 1, 256)
    if processes > 1 and not redis_url:
        raise ConfigurationError("WEB_PROCESSES: more than one process needs a shared cache; set REDIS_URL, or use 1.")
    production = app_env == "production"
    return {
        "APP_ENV": app_env,
        "TESTING": app_env == "testing",
        "DEBUG": app_env == "development",
        "HOST": _host(env),
        "PORT": _number(env, "PORT", 5000, 1, 65535),
        "WEB_PROCESSES": processes,
        "INSTANCE_PATH": instance,
        "SECRET_KEY": _secret_key(env, app_env, instance),
        "SQLALCHEMY_DATABASE_URI": _database_url(env) or f"sqlite:///{instance / 'babelpress.sqlite'}",
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(env.get("DATABASE_URL") or ""),
        "REDIS_URL": redis_url,
        "JOBS_WORKER": _choice(env, "JOBS_WORKER", ("serve", "apart"), "apart" if redis_url else "serve"),
        "PAGE_CACHE": _choice(env, "PAGE_CACHE", ("on", "off"), "off" if app_env == "development" else "on") == "on",
        "PAGE_CACHE_QUERY": frozenset({"page"}),
        "PAGE_MIRROR": _page_mirror(env, redis_url),
        "SITE_URL": _site_url(env),
        "TRUSTED_HOSTS": _trusted_hosts(env),
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES", 0, 0, 10),
        "SITE_LOCALES": locales,
        "DEFAULT_LOCALE": default_locale,
        "TRANSLATIONS_PATH": _folder(env, "TRANSLATIONS_PATH", ROOT / "translations"),
        "DEMO_PASSWORD": env.get("DEMO_PASSWORD") or None,
        "SESSION_COOKIE_SECURE": production and (env.get("SITE_URL") or "https:").startswith("https:"),
        **_cdn(env),
        **_mail(env),
    }


def make_instance_folder(path: Path) -> None:
    """Make the folder of all that the program writes where there is none.

    Raises ConfigurationError where that fails, or where this user may not write to it.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"INSTANCE_PATH: {path} cannot be made: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise ConfigurationError(f"INSTANCE_PATH: this user may not write to {path}; run this as the server's user.")


def _folder(env: Mapping[str, str], name: str, default: Path) -> Path:
    try:
        path = Path(env.get(name) or default).expanduser().resolve()
    except RuntimeError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    if path.exists() and not path.is_dir():
        raise ConfigurationError(f"{name}: {path} is no folder.")
    return path


def _host(env: Mapping[str, str]) -> str:
    host = env.get("HOST") or "127.0.0.1"
    try:
        # The server binds to numbers; the one name that everybody uses is made one.
        ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise ConfigurationError(
            "HOST: must be an address of this machine in numbers, such as 127.0.0.1 or ::1, or localhost."
        ) from None
    return host


def _database_url(env: Mapping[str, str]) -> str | None:
    """The address as it was given; the text of an error never has it, since it holds a password."""
    url = env.get("DATABASE_URL") or None
    if url is None:
        return None
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        parts = None
    if parts is None or parts.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ConfigurationError(
            "DATABASE_URL: must be an address such as postgresql://user:password@host/name, or sqlite:////full/path."
        )
    if parts.drivername == "sqlite" and parts.database in (None, "", ":memory:"):
        raise ConfigurationError("DATABASE_URL: a database in memory would be lost; name a file, or leave it out.")
    return url


def _redis_url(env: Mapping[str, str]) -> str | None:
    url = env.get("REDIS_URL") or None
    parts = _split(url or "")
    if url and (parts is None or parts.scheme not in ("redis", "rediss", "unix")):
        raise ConfigurationError(
            "REDIS_URL: must begin with redis://, rediss:// or unix://, as in redis://host:6379/0."
        )
    if parts is not None and parts.scheme != "unix" and not re.fullmatch(r"(/[0-9]*)?", parts.path):
        raise ConfigurationError("REDIS_URL: ends with the number of a database, as in redis://host:6379/0.")
    return url


def _split(url: str) -> SplitResult | None:
    """The parts of an address; None where it is none, as with a port that is no number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _trusted_hosts(env: Mapping[str, str]) -> list[str] | None:
    hosts = [host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    for host in hosts:
        if re.search(r"[/\s@*]", host):
            raise ConfigurationError(
                f"TRUSTED_HOSTS: {host} is not a host name; write names such as example.org, separated by commas."
            )
    return hosts or None


def _page_mirror(env: Mapping[str, str], redis_url: str | None) -> Path | None:
    """The folder of the mirror. The address of a socket in it has room for about a hundred bytes."""
    text = env.get("PAGE_MIRROR")
    if not text:
        return None
    if not redis_url:
        raise ConfigurationError("PAGE_MIRROR: the mirror learns from Redis what is purged; set REDIS_URL.")
    if env.get("CDN_KEY_HEADER"):
        raise ConfigurationError("PAGE_MIRROR: files bear no keys for a CDN; leave CDN_KEY_HEADER out, or the mirror.")
    path = Path(text)
    if not path.is_absolute() or len(os.fsencode(path)) > 90:
        raise ConfigurationError("PAGE_MIRROR: must be the full path of a folder, of at most 90 characters.")
    return path


def _engine_options(url: str) -> dict[str, Any]:
    """Connections for a database server: enough for the threads of a process that are busy at once.

    Nobody waits for minutes for one (seconds), nor for a network that swallows what is sent (`tcp_user_timeout` is in
    milliseconds). Statements may take as long as they need: exports, migrations, the index of words.
    """
    if not url.startswith("postgresql"):
        return {}
    keepalives = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
    return {
        "pool_size": 16,
        "max_overflow": 16,
        "pool_timeout": 10,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 5, "tcp_user_timeout": 10_000, **keepalives},
    }


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in sorted(env):
        if name in SETTINGS:
            continue
        near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.88)
        if near or name.startswith(OWN_PREFIXES):
            hint = f"did you mean {near[0]}?" if near else "see config.py for the settings there are."
            raise ConfigurationError(f"{name}: unknown setting; {hint}")


def _secret_key(env: Mapping[str, str], app_env: str, instance: Path) -> str:
    secret = env.get("SECRET_KEY")
    if app_env == "production":
        if not secret or len(secret) < 16:
            raise ConfigurationError(
                "SECRET_KEY: production needs a secret of at least 16 characters; "
                "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return secret
    return secret or _kept_secret(instance / "secret_key")


def _kept_secret(path: Path) -> str:
    """A secret made at the first start and kept, so that a restart does not sign everybody out."""
    make_instance_folder(path.parent)
    try:
        # Exclusive creation: of two processes that start at once, one writes and the other reads.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="ascii").strip()
        if kept:
            return kept
        raise ConfigurationError(f"SECRET_KEY: {path.name} in the instance folder is empty; delete it.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_hex(32)
        file.write(secret)
    return secret


def _locales(text: str, name: str) -> tuple[str, ...]:
    codes: list[str] = []
    for part in text.split(","):
        code = part.strip()
        try:
            locale = Locale.parse(code, sep="-" if "-" in code else "_")
        except (ValueError, UnknownLocaleError, TypeError):
            raise ConfigurationError(
                f"{name}: {code or 'empty'} is not a language code such as pt or zh-Hans."
            ) from None
        canonical = "-".join(part for part in (locale.language, locale.script, locale.territory) if part)
        if canonical not in codes:
            codes.append(canonical)
    return tuple(codes)


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = (env.get(name) or default).strip().lower()
    if value not in choices:
        raise ConfigurationError(f"{name}: must be one of {', '.join(choices)}.")
    return value


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigurationError(f"{name}: must be a whole number from {least} to {most}.")
    return int(text)


def _site_url(env: Mapping[str, str]) -> str | None:
    url = (env.get("SITE_URL") or "").rstrip("/")
    if not url:
        return None
    parts = _split(url)
    rest = parts is None or parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts is None or rest or parts.scheme not in ("http", "https") or not re.fullmatch(r"\S+", parts.netloc):
        raise ConfigurationError("SITE_URL: must be an address such as https://example.org, without a path.")
    return url


def _cdn(env: Mapping[str, str]) -> dict[str, Any]:
    header, url = env.get("CDN_KEY_HEADER") or None, env.get("CDN_PURGE_URL") or None
    token, token_header = env.get("CDN_PURGE_TOKEN") or None, env.get("CDN_PURGE_TOKEN_HEADER") or "Authorization"
    for name, value in (("CDN_KEY_HEADER", header), ("CDN_PURGE_TOKEN_HEADER", token_header)):
        if value and not re.fullmatch(r"[A-Za-z0-9-]+", value):
            raise ConfigurationError(f"{name}: must be the name of a header, such as Surrogate-Key.")
    if url and not header:
        raise ConfigurationError("CDN_PURGE_URL: pages need keys to be purged by; set CDN_KEY_HEADER.")
    parts = _split(url or "")
    if url and (parts is None or parts.scheme not in ("http", "https") or not parts.hostname):
        raise ConfigurationError("CDN_PURGE_URL: must be an address that begins with https:// or http://.")
    if token and not (token.isascii() and token.isprintable()):
        raise ConfigurationError("CDN_PURGE_TOKEN: must be of letters, digits and signs that a header can hold.")
    bearer = token_header.lower() == "authorization" and token is not None and " " not in token
    return {
        "CDN_KEY_HEADER": header,
        "CDN_LIFETIME": _number(env, "CDN_LIFETIME", 3600, 1, 30 * 24 * 3600),
        "CDN_PURGE_URL": url,
        "CDN_PURGE_CREDENTIAL": (token_header, f"Bearer {token}" if bearer else token) if token else None,
    }


def _mail(env: Mapping[str, str]) -> dict[str, Any]:
    def switch(name: str) -> bool:
        return _choice(env, name, ("on", "off"), "off") == "on"

    server = env.get("MAIL_SERVER") or None
    if server and not re.fullmatch(r"[^\s/@]+", server):
        raise ConfigurationError("MAIL_SERVER: must be the name of a host, such as mail.example.org.")
    if switch("MAIL_USE_TLS") and switch("MAIL_USE_SSL"):
        raise ConfigurationError("MAIL_USE_SSL: TLS from the beginning leaves no room for MAIL_USE_TLS; choose one.")
    return {
        "MAIL_BACKEND": "smtp" if server else "file",
        "MAIL_SERVER": server or "localhost",
        "MAIL_PORT": _number(env, "MAIL_PORT", 25, 1, 65535),
        "MAIL_USERNAME": env.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD") or None,
        "MAIL_USE_TLS": switch("MAIL_USE_TLS"),
        "MAIL_USE_SSL": switch("MAIL_USE_SSL"),
        "MAIL_DEFAULT_SENDER": env.get("MAIL_DEFAULT_SENDER") or "babelpress@localhost",
    }
