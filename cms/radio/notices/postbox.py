"""Handing one message to a mail server, so that it is known whether it surely did not leave."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from media.underlock import slow

TIMEOUT_S = 20
T = TypeVar("T")


class NotSent(Exception):
    """The message surely did not leave. ``permanent``: trying again cannot help."""

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


class Postbox:
    """The server at ``smtp://user:password@host:port`` or ``smtps://…``; smtp uses STARTTLS where it is offered."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "", parts.port or (465 if self._tls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    @slow
    def send(self, message: EmailMessage) -> None:
        """Hand ``message`` over.

        Raise ``NotSent`` if the server surely did not take it. Any other exception means that nobody knows.
        """
        server = _surely_not(self._open)
        try:
            _surely_not(lambda: self._envelope(server, message))
            try:
                code, answer = server.data(message.as_bytes())
            except smtplib.SMTPDataError as refused:
                raise NotSent(
                    _told(refused.smtp_code, refused.smtp_error), permanent=refused.smtp_code >= 500
                ) from None
            if code != 250:
                raise NotSent(_told(code, answer), permanent=code >= 500)
        finally:
            server.close()

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        server.ehlo_or_helo_if_needed()
        if not self._tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if self._user:
            server.login(self._user, self._password)
        return server

    def _envelope(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        for code, answer in (server.mail(str(message["From"])), server.rcpt(str(message["To"]))):
            if code not in (250, 251):
                raise NotSent(_told(code, answer), permanent=code >= 500)


def _surely_not(step: Callable[[], T]) -> T:
    """Make a step before which, or in which, no message can have left."""
    try:
        return step()
    except NotSent:
        raise
    except smtplib.SMTPAuthenticationError as refused:
        raise NotSent(f"sign-in refused ({refused.smtp_code})") from None
    except (OSError, smtplib.SMTPException) as problem:
        raise NotSent(f"{type(problem).__name__}: server not reached") from None


def _told(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:300]
