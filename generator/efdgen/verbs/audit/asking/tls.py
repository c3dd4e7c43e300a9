"""TLS: the certificate that a host shows, and whether it is to be trusted."""

from __future__ import annotations

import contextlib
import datetime as dt
import ssl
from typing import Any

from efdgen.verbs.audit.answers import AskError, Certificate
from efdgen.verbs.audit.asking.http import trust_fault
from efdgen.verbs.audit.asking.reach import Reach

PORT = 443

_ANY_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: https://docs.openssl.org/master/man3/X509_VERIFY_PARAM_set_flags/."""


def certificate(reach: Reach, host: str) -> Certificate:
    """Return the certificate of a host, with what is wrong with it.

    One that can't be trusted is asked for once more, by rules that let its names and its time pass: only to show them.

    Raises:
        AskError: when the host can't be reached, or does not speak TLS.
    """
    try:
        return _shown(reach, host, reach.context())
    except ssl.SSLCertVerificationError as error:
        fault = error.verify_message
    except ssl.SSLError as error:
        raise AskError(trust_fault(error), "what listens there? look at the ingress controller") from None
    lenient = reach.new_context()
    lenient.check_hostname = False
    lenient.verify_flags |= _ANY_TIME
    try:
        return _shown(reach, host, lenient)._replace(fault=fault)
    except ssl.SSLError:
        return Certificate((), "", None, fault)


def _shown(reach: Reach, host: str, context: ssl.SSLContext) -> Certificate:
    server = (host, PORT)
    with contextlib.closing(reach.connect(server)) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                return _read(wrapped.getpeercert() or {})
        except TimeoutError:
            raise reach.too_late(server) from None
        except ssl.SSLError:
            raise
        except OSError as error:
            said = error.strerror or "it ended"
            raise AskError(f"{host}:{PORT}: the connection broke: {said}", "does it speak TLS on this port?") from None


def _read(shown: dict[str, Any]) -> Certificate:
    names = tuple(text for kind, text in shown.get("subjectAltName", ()) if kind in ("DNS", "IP Address"))
    issuer = {key: text for part in shown.get("issuer", ()) for key, text in part}
    ends = shown.get("notAfter")
    return Certificate(
        names,
        issuer.get("organizationName") or issuer.get("commonName", ""),
        dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), dt.timezone.utc) if ends else None,
    )
