"""Where mail goes: to an SMTP server, or, where none is set, into files that the operator can read."""

import logging
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from flask_mailman import EmailMessage
from flask_mailman.backends.file import EmailBackend as FileBackend

from cms.extensions import mail

log = logging.getLogger(__name__)

# Seconds: somebody is waiting for the page that sends the mail.
SMTP_PATIENCE = 10


class LoggedEmailBackend(FileBackend):
    """Write each message to a file of its own, and a line to the log that says so."""

    def open(self) -> bool:
        """Open the file of a message: what people are told is for nobody else on the machine to read."""
        if self.stream is None:
            Path(self._get_filename()).touch(mode=0o600)
        opened: bool = super().open()
        return opened

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages. Returns how many were written."""
        count: int = super().send_messages(email_messages)
        for message in email_messages:
            log.info("Mail to %s was written to %s: %s", ", ".join(message.to), self.file_path, message.subject)
        return count


def init_app(app: Flask) -> None:
    """Set up mail for an application: the backend "file" is the one that also writes to the log."""
    app.config.setdefault("MAIL_TIMEOUT", SMTP_PATIENCE)
    app.config.setdefault("MAIL_FILE_PATH", str(app.config["INSTANCE_PATH"] / "mail"))
    if app.config["MAIL_BACKEND"] == "file":
        app.config["MAIL_BACKEND"] = f"{__name__}.{LoggedEmailBackend.__name__}"
    mail.init_app(app)


def send(recipient: str, subject: str, text: str) -> bool:
    """Send a plain message. Returns whether it went out: mail that fails is logged and never spoils a page."""
    message = EmailMessage(subject, text, to=[recipient])
    try:
        message.send()
    except (OSError, ValueError):
        # Refused connections, time-outs and whatever an SMTP server answers (SMTPException) are all of the first kind,
        # an address that cannot be written into a message of the second.
        log.exception("Mail could not be sent: %s", subject)
        return False
    return True
