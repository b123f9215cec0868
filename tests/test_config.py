"""Settings from the environment, and the one line that a wrong one earns."""

import os
from pathlib import Path
from typing import Any

import pytest

from config import ConfigurationError, make_instance_folder, read_settings


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
    assert settings(tmp_path, DATABASE_URL="sqlite:////srv/site.sqlite")["SQLALCHEMY_ENGINE_OPTIONS"] == {}


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
        ({"HOST": "example.org"}, "HOST: must be an address of this machine in numbers"),
        ({"HOST": "[::1]"}, "HOST: must be an address of this machine in numbers"),
        ({"DATABASE_URL": "site.sqlite"}, "DATABASE_URL: must be an address such as"),
        ({"DATABASE_URL": "postgres://me@localhost/site"}, "DATABASE_URL: must be an address such as"),
        ({"DATABASE_URL": "mysql://me@localhost/site"}, "DATABASE_URL: must be an address such as"),
        ({"DATABASE_URL": "postgresql://me@localhost:port/site"}, "DATABASE_URL: must be an address such as"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL: a database in memory"),
        ({"REDIS_URL": "redis://localhost:port/0"}, "REDIS_URL: must begin with"),
        ({"REDIS_URL": "redis://localhost/site"}, "REDIS_URL: ends with the number of a database"),
        ({"SITE_URL": "https://[::1"}, "SITE_URL"),
        ({"SITE_URL": "https://exa:mple"}, "SITE_URL"),
        ({"SITE_URL": "https://exam ple.org"}, "SITE_URL"),
        ({"SITE_URL": "https://example.org?page=1"}, "SITE_URL"),
        ({"SITE_URL": "https://me:secret@example.org"}, "SITE_URL"),
        ({"TRUSTED_HOSTS": "example.org,https://example.net"}, "TRUSTED_HOSTS: https://example.net is not a host"),
        ({"TRUSTED_HOSTS": "example.org example.net"}, "TRUSTED_HOSTS: example.org example.net is not a host"),
        ({"CDN_KEY_HEADER": "xkey", "CDN_PURGE_URL": "https://example.org:port/"}, "CDN_PURGE_URL: must be an address"),
        ({"MAIL_SERVER": "smtp://example.org"}, "MAIL_SERVER: must be the name of a host"),
        ({"MAIL_USE_TLS": "on", "MAIL_USE_SSL": "on"}, "choose one"),
        ({"TRANSLATIONS_PATH": __file__}, "is no folder"),
        ({"TRANSLATIONS_PATH": "~nobody-at-all/texts"}, "TRANSLATIONS_PATH: Could not determine home directory."),
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_to_do(tmp_path: Path, environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        settings(tmp_path, **environ)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_no_error_tells_the_password_of_a_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        settings(tmp_path, DATABASE_URL="mysql://me:secret@localhost/site")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["redis://localhost", "redis://:word@localhost:6379/3", "rediss://localhost/0?x=y", "unix:///run/redis.sock"]
)
def test_addresses_of_redis(tmp_path: Path, url: str) -> None:
    assert settings(tmp_path, REDIS_URL=url)["REDIS_URL"] == url


def test_an_instance_folder_that_cannot_be_made_or_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=r"INSTANCE_PATH: .*is no folder"):
        settings(tmp_path, INSTANCE_PATH=__file__)
    with pytest.raises(ConfigurationError, match=r"INSTANCE_PATH: .*cannot be made: Not a directory"):
        make_instance_folder(Path(__file__) / "instance")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ConfigurationError, match="INSTANCE_PATH: this user may not write"):
        make_instance_folder(tmp_path)
