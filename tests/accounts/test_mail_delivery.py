"""Mail goes to a server, or to files where there is none; it never spoils a page."""

import logging
import stat
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from cms.accounts.mail_delivery import send
from tests.servers import free_port


class Mailbox(Message):
    """Keeps what a real SMTP server receives."""

    def __init__(self):
        super().__init__()
        self.received = []

    def handle_message(self, message):
        """Keep a message."""
        self.received.append(message)


@pytest.fixture
def smtp_server():
    """A real SMTP server on this machine."""
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def test_without_a_server_mail_is_written_down(make_app, caplog):
    """Into the instance folder, with a line in the log."""
    app = make_app(MAIL_BACKEND="file")
    with app.app_context(), caplog.at_level(logging.INFO):
        assert send("anna@example.org", "Olá, Anna", "Bom dia — و صباح الخير")
    (file,) = (app.config["INSTANCE_PATH"] / "mail").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    message = message_from_bytes(file.read_bytes().rpartition(b"-" * 79)[0], policy=policy.default)
    assert message["To"] == "anna@example.org"
    assert message["Subject"] == "Olá, Anna"
    assert "صباح الخير" in message.get_content()
    assert "anna@example.org" in caplog.text


def test_with_a_server_mail_is_sent(make_app, smtp_server):
    """Over SMTP, with the sender that is set."""
    app = make_app(
        MAIL_BACKEND="smtp", MAIL_SERVER="127.0.0.1", MAIL_PORT=smtp_server.port, MAIL_DEFAULT_SENDER="cms@example.org"
    )
    with app.app_context():
        assert send("anna@example.org", "Subject", "Text")
    (message,) = smtp_server.handler.received
    assert message["From"] == "cms@example.org"
    assert message.get_payload().strip() == "Text"


def test_a_server_that_is_gone_is_logged(make_app, caplog):
    """Whoever asked for the page gets it."""
    app = make_app(MAIL_BACKEND="smtp", MAIL_SERVER="127.0.0.1", MAIL_PORT=free_port())
    with app.app_context():
        assert send("anna@example.org", "Subject", "Text") is False
    assert "Mail could not be sent: Subject" in caplog.text


def test_an_address_that_no_message_can_hold_is_logged(make_app, caplog):
    """It is one that may be an account's: so long in letters that are written in other ones."""
    with make_app().app_context():
        assert send("é" * 30 + "@example.org", "Subject", "Text") is False
    assert "Mail could not be sent: Subject" in caplog.text
