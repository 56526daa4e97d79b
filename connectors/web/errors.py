"""What can go wrong with a fetch: each with its one word, whether to try again, and what it says of the host."""

from __future__ import annotations

from typing import ClassVar


class FetchError(Exception):
    """A fetch that gave no document. `weight` is what it counts against the host: 0 nothing, 1 soft, 3 hard."""

    reason: ClassVar[str] = "fetch_failed"
    weight: ClassVar[int] = 0
    passing: ClassVar[bool] = False  # whether another attempt may do better


class MalformedUrlError(FetchError):
    """No web address, or one that browsers would not open."""

    reason = "malformed_url"


class SchemeBlockedError(FetchError):
    """A scheme other than http and https."""

    reason = "scheme_blocked"


class PortBlockedError(FetchError):
    """A port that is not open to fetching."""

    reason = "port_blocked"


class CredentialsError(FetchError):
    """An address that carries a password or a key."""

    reason = "credentials"


class AddressBlockedError(FetchError):
    """A host with an address that is not of the public internet."""

    reason = "address_blocked"


class TooManyRedirectsError(FetchError):
    """More redirects than are followed, or a circle of them."""

    reason = "too_many_redirects"


class RobotsDeniedError(FetchError):
    """The site's robots.txt says no."""

    reason = "robots_denied"


class ReservedError(FetchError):
    """A page that its site reserves from mining, where the settings ask to leave such pages alone."""

    reason = "reserved"


class RobotsUnavailableError(FetchError):
    """The site's robots.txt could not be had, which means no until it can (RFC 9309, 2.3.1.4)."""

    reason = "robots_unavailable"
    weight = 1


class ResolutionError(FetchError):
    """A host that no resolver knows."""

    reason = "unknown_host"
    weight = 3
    passing = True


class ConnectError(FetchError):
    """A connection that could not be opened."""

    reason = "connect_failed"
    weight = 3
    passing = True


class TlsError(FetchError):
    """A certificate that cannot be trusted, or no common way to encrypt."""

    reason = "tls_failed"
    weight = 3


class ConnectionLostError(FetchError):
    """A connection that ended before an answer had come."""

    reason = "connection_lost"
    weight = 1
    passing = True


class DeadlineExceededError(FetchError):
    """An answer that took too long, as a whole or between two pieces."""

    reason = "deadline_exceeded"
    weight = 1
    passing = True


class ProtocolViolationError(FetchError):
    """An answer that is no HTTP, or more head than an honest one has."""

    reason = "protocol_violation"
    weight = 1


class BodyTooLargeError(FetchError):
    """A body over the limit, on the wire or decoded."""

    reason = "body_too_large"


class BodyTruncatedError(FetchError):
    """A body that stopped before its end."""

    reason = "body_truncated"
    weight = 1
    passing = True


class BodyDamagedError(FetchError):
    """A body that is not in the coding that its header names."""

    reason = "body_damaged"


class UnknownCodingError(FetchError):
    """A content coding that is not read here, or too many on top of each other."""

    reason = "unknown_coding"


class HostPausedError(FetchError):
    """A host that asked to be left alone for longer than a run waits, or that failed too often to be asked again."""

    reason = "host_paused"


class StatusError(FetchError):
    """An answer whose status says that it is no document; the reason is `http_` and the status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.reason = f"http_{status}"  # type: ignore[misc]
        self.passing = status in (408, 425, 429) or status >= 500  # type: ignore[misc]
        self.weight = 1 if self.passing else 0  # type: ignore[misc]
