"""Temporary AWS credentials, as the token exchange gives them out and the cloud checks them."""

import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime, timezone

_ACCESS_KEY_ID_PREFIX = "ASIA"
"""How the access key ids of temporary credentials begin (IAM user guide, unique identifiers)."""
_ACCESS_KEY_ID_ALPHABET = string.ascii_uppercase + "234567"
_ACCESS_KEY_ID_RANDOM_LENGTH = 16
_SECRET_BYTES = 30
"""40 characters in base64, as real secret access keys have."""
_SESSION_TOKEN_BYTES = 300


@dataclass(frozen=True)
class Credentials:
    """One set of temporary credentials; the secrets stay out of its repr.

    Attributes:
        access_key_id: What a signature names.
        secret_access_key: What it is made with.
        session_token: What goes along in `X-Amz-Security-Token`.
        expires_at: When they end, in seconds since the epoch.
        thing_name: The core device that they were given to, as IAM's policy variable
            `credentials-iot:ThingName` has it; None: nobody in particular.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: float
    thing_name: str | None = None

    def as_document(self) -> dict[str, str]:
        """What a container credentials provider answers with (nucleus facts, token exchange)."""
        expiration = datetime.fromtimestamp(int(self.expires_at), tz=timezone.utc)
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "Token": self.session_token,
            "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def issue(*, expires_at: float, thing_name: str | None = None) -> Credentials:
    """Make credentials that nobody has had before."""
    random_part = "".join(
        secrets.choice(_ACCESS_KEY_ID_ALPHABET) for _ in range(_ACCESS_KEY_ID_RANDOM_LENGTH)
    )
    return Credentials(
        access_key_id=_ACCESS_KEY_ID_PREFIX + random_part,
        secret_access_key=secrets.token_urlsafe(_SECRET_BYTES),
        session_token=secrets.token_urlsafe(_SESSION_TOKEN_BYTES),
        expires_at=expires_at,
        thing_name=thing_name,
    )
