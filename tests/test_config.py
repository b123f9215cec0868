"""Settings from the environment, and the one line that a wrong one earns."""

from pathlib import Path
from typing import Any

import pytest

from config import ConfigurationError, read_settings


def settings(tmp_path: Path, **environ: str) -> dict[str, Any]:
    return read_settings({"INSTANCE_PATH": str(tmp_path / "instance"), **environ})


def test_defaults_need_no_setting(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found["HOST"], found["PORT"], found["APP_ENV"]) == ("127.0.0.1", 5000, "demo")
    assert found["SITE_LOCALES"] == ("en", "pt", "es", "fr", "de", "ar", "zh-Hans")
    assert found["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///")
    assert found["PAGE_CACHE"] is True
    assert settings(tmp_path, APP_ENV="development")["PAGE_CACHE"] is False


def test_nobody_waits_for_minutes_for_a_database_server(tmp_path: Path) -> None:
    found = settings(tmp_path, DATABASE_URL="postgresql://user@db.example.org/site")["SQLALCHEMY_ENGINE_OPTIONS"]
    assert found["pool_timeout"] <= 10
    assert found["connect_args"]["connect_timeout"] <= 5
    # Milliseconds.
    assert found["connect_args"]["tcp_user_timeout"] <= 10_000
    assert settings(tmp_path)["SQLALCHEMY_ENGINE_OPTIONS"] == {}
    other = settings(tmp_path, DATABASE_URL="mysql+pymysql://user@db.example.org/site")["SQLALCHEMY_ENGINE_OPTIONS"]
    assert "connect_args" not in other


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = settings(tmp_path)["SECRET_KEY"]
    assert settings(tmp_path)["SECRET_KEY"] == first
    assert len(first) == 64
    kept = tmp_path / "instance" / "secret_key"
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_text("")
    with pytest.raises(ConfigurationError, match="delete it"):
        settings(tmp_path)


def test_languages_are_canonical(tmp_path: Path) -> None:
    found = settings(tmp_path, SITE_LOCALES="pt_br, zh-hans,PT-BR", DEFAULT_LOCALE="zh_Hans")
    assert found["SITE_LOCALES"] == ("pt-BR", "zh-Hans")
    assert found["DEFAULT_LOCALE"] == "zh-Hans"


def test_production_and_mail(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        APP_ENV="production",
        SECRET_KEY="x" * 32,
        SITE_URL="https://example.org/",
        TRUSTED_HOSTS="example.org, www.example.org",
        MAIL_SERVER="mail.example.org",
        MAIL_USE_TLS="on",
        REDIS_URL="redis://localhost/0",
        PAGE_MIRROR="/run/babelpress",
        WEB_PROCESSES="4",
    )
    assert found["SITE_URL"] == "https://example.org"
    assert found["TRUSTED_HOSTS"] == ["example.org", "www.example.org"]
    assert (found["MAIL_BACKEND"], found["MAIL_USE_TLS"]) == ("smtp", True)
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["PAGE_MIRROR"] == Path("/run/babelpress")


def test_a_cdn(tmp_path: Path) -> None:
    assert settings(tmp_path)["CDN_KEY_HEADER"] is None
    url = "https://api.example.org/purge"
    usual = {"CDN_KEY_HEADER": "Cache-Tag", "CDN_PURGE_URL": url, "CDN_PURGE_TOKEN": "secret", "CDN_LIFETIME": "60"}
    found = settings(tmp_path, **usual)
    assert (found["CDN_KEY_HEADER"], found["CDN_PURGE_URL"], found["CDN_LIFETIME"]) == ("Cache-Tag", url, 60)
    assert found["CDN_PURGE_CREDENTIAL"] == ("Authorization", "Bearer secret")
    found = settings(tmp_path, **usual, CDN_PURGE_TOKEN_HEADER="Fastly-Key")
    assert found["CDN_PURGE_CREDENTIAL"] == ("Fastly-Key", "secret")
    found = settings(tmp_path, **usual | {"CDN_PURGE_TOKEN": "Basic c2VjcmV0"})
    assert found["CDN_PURGE_CREDENTIAL"] == ("Authorization", "Basic c2VjcmV0")


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"APP_ENV": "production"}, "SECRET_KEY: production needs a secret"),
        ({"APP_ENV": "production", "SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"APP_ENV": "staging"}, "APP_ENV: must be one of"),
        ({"WEB_PROCESSES": "2"}, "set REDIS_URL"),
        ({"WEB_PROCESSES": "none"}, "WEB_PROCESSES: must be a whole number"),
        ({"PORT": "99999"}, "PORT: must be a whole number from 1 to 65535"),
        ({"PORT": "٥٠"}, "PORT"),
        ({"REDIS_URL": "http://localhost"}, "REDIS_URL"),
        ({"SITE_URL": "example.org"}, "SITE_URL"),
        ({"SITE_URL": "https://example.org/blog"}, "SITE_URL"),
        ({"SITE_LOCALES": "en,klingonese"}, "is not a language code"),
        ({"SITE_LOCALES": "en,"}, "empty is not a language code"),
        ({"DEFAULT_LOCALE": "it"}, "not among SITE_LOCALES"),
        ({"SITE_NAME": "x"}, "SITE_NAME: unknown setting"),
        ({"SECRET_KEYS": "x"}, "did you mean SECRET_KEY"),
        ({"DATABSE_URL": "x"}, "did you mean DATABASE_URL"),
        ({"MAIL_USE_TLS": "yes"}, "MAIL_USE_TLS: must be one of on, off"),
        ({"PAGE_CACHE": "maybe"}, "PAGE_CACHE"),
        ({"CDN_KEY_HEADER": "Surrogate Key"}, "CDN_KEY_HEADER: must be the name of a header"),
        ({"CDN_KEY_HEADER": "X\r\nY"}, "CDN_KEY_HEADER: must be the name of a header"),
        ({"CDN_PURGE_URL": "https://example.org"}, "set CDN_KEY_HEADER"),
        ({"CDN_KEY_HEADER": "xkey", "CDN_PURGE_URL": "ftp://example.org"}, "CDN_PURGE_URL: must be an address"),
        ({"CDN_KEY_HEADER": "xkey", "CDN_PURGE_URL": "https:///purge"}, "CDN_PURGE_URL: must be an address"),
        ({"CDN_PURGE_TOKEN": "a\nb"}, "CDN_PURGE_TOKEN"),
        ({"CDN_PURGE_TOKEN_HEADER": "a b"}, "CDN_PURGE_TOKEN_HEADER"),
        ({"CDN_LIFETIME": "0"}, "CDN_LIFETIME: must be a whole number from 1"),
        ({"CDN_TOKEN": "x"}, "CDN_TOKEN: unknown setting"),
        ({"PAGE_MIRROR": "/run/babelpress"}, "PAGE_MIRROR: the mirror learns from Redis"),
        ({"PAGE_MIRROR": "pages", "REDIS_URL": "redis://localhost/0"}, "PAGE_MIRROR: must be the full path"),
        ({"PAGE_MIRROR": "/" + "x" * 90, "REDIS_URL": "redis://localhost/0"}, "of at most 90 characters"),
        (
            {"PAGE_MIRROR": "/run/x", "REDIS_URL": "redis://localhost/0", "CDN_KEY_HEADER": "xkey"},
            "PAGE_MIRROR: files bear no keys for a CDN",
        ),
        ({"PAGE_MIRRORS": "/run"}, "did you mean PAGE_MIRROR"),
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_to_do(tmp_path: Path, environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        settings(tmp_path, **environ)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
