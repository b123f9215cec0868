"""`flask users`: what it does, what it says, and how it ends."""

from importlib import import_module

import pytest

from cms.content.user_accounts import authenticate
from cms.extensions import db
from cms.models import User
from tests.factories import PASSWORD, make_user

NEW = "eight-geese-swim"

# The package offers the command group under the name of its module.
command = import_module("cms.commands.users")


def run(runner, *arguments, typed=""):
    """Run a command; returns its exit code and what it printed."""
    result = runner.invoke(args=["users", *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_create(runner, app):
    """With roles and languages; the password is read, not shown."""
    arguments = [
        "anna",
        "--email",
        "anna@example.org",
        "--name",
        "Anna Lee",
        "--role",
        "translator",
        "--role",
        "author",
    ]
    code, output = run(runner, "create", *arguments, "--language", "pt", typed=NEW + "\n")
    assert (code, output) == (0, "Created anna.\n")
    with app.app_context():
        user = authenticate("anna", NEW)
        assert user.display_name == "Anna Lee"
        assert sorted(role.name for role in user.roles) == ["author", "translator"]
        assert user.languages == ["pt"]


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "sentence"),
    [
        (["anna", "--email", "a@example.org"], "short\n", 1, "Use at least 10 characters."),
        (["anna", "--email", "a@example.org"], "", 1, "No password"),
        (["anna", "--email", "a@example.org", "--role", "king"], NEW + "\n", 1, "no role named king. There are: admin"),
        (["anna", "--email", "nowhere"], NEW + "\n", 1, "This is not an e-mail address."),
        (["An na", "--email", "a@example.org"], NEW + "\n", 1, "two or more of"),
        (["anna", "--email", "a@example.org", "--language", "tlh"], NEW + "\n", 1, "tlh is not a language"),
        (["anna"], NEW + "\n", 2, "--email"),
        (["anna", "--email", "a@example.org", "--password", NEW], "", 2, "--password"),
        (["anna", "--email", "a@example.org", NEW], "", 2, NEW),
    ],
)
def test_create_refuses(runner, app, arguments, typed, code, sentence):
    """With one clear line and nothing created; a password is no argument."""
    ended, output = run(runner, "create", *arguments, typed=typed)
    assert ended == code
    assert sentence in output
    assert "Traceback" not in output
    with app.app_context():
        assert db.session.query(User).count() == 0


def test_list(runner, app):
    """Each account on a line, with what matters."""
    with app.app_context():
        make_user("editor", username="bela", email="bela@example.org")
        make_user(None, username="anna", email="anna@example.org", active=False)
    code, output = run(runner, "list")
    assert code == 0
    assert output.splitlines() == ["anna  anna@example.org  no role  (disabled)", "bela  bela@example.org  editor"]


def test_list_of_nothing(runner):
    """Says how to go on."""
    code, output = run(runner, "list")
    assert code == 0
    assert "flask users create" in output


def test_disable_and_enable(runner, app):
    """By either name."""
    with app.app_context():
        make_user("editor", username="anna", email="anna@example.org")
    assert run(runner, "disable", "anna") == (0, "Disabled anna.\n")
    with app.app_context():
        assert authenticate("anna", PASSWORD) is None
    assert run(runner, "enable", "anna@example.org") == (0, "Enabled anna@example.org.\n")
    with app.app_context():
        assert authenticate("anna", PASSWORD) is not None


@pytest.mark.parametrize("name", ["disable", "enable", "password"])
def test_an_unknown_account(runner, name):
    """Before a password is asked for."""
    code, output = run(runner, name, "nobody")
    assert code == 1
    assert output == "Error: There is no account named nobody.\n"


def test_the_last_administrator(runner, app):
    """Stays."""
    with app.app_context():
        make_user("administrator", username="chief")
    code, output = run(runner, "disable", "chief")
    assert code == 1
    assert "last administrator" in output


def test_password(runner, app):
    """The new one opens, the old one does not, sessions end."""
    with app.app_context():
        make_user("editor", username="anna")
    assert run(runner, "password", "anna", typed=NEW + "\r\n") == (0, "The password of anna is changed.\n")
    with app.app_context():
        assert authenticate("anna", PASSWORD) is None
        assert authenticate("anna", NEW).session_version == 2


def test_password_refuses(runner, app):
    """The rules hold here too."""
    with app.app_context():
        make_user("editor", username="anna")
    code, output = run(runner, "password", "anna", typed="password123\n")
    assert code == 1
    assert "easy to guess" in output


def test_at_a_keyboard_the_password_is_typed_twice_unseen(runner, app, monkeypatch):
    """Asked for by a prompt that shows nothing."""
    asked = []

    def prompt(text, **options):
        asked.append(options)
        return NEW

    class Keyboard:
        def isatty(self):
            return True

    monkeypatch.setattr(command.click, "prompt", prompt)
    monkeypatch.setattr(command, "sys", type("sys", (), {"stdin": Keyboard()}))
    code, _output = run(runner, "create", "anna", "--email", "anna@example.org")
    assert code == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": True}]
