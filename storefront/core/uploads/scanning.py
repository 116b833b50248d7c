"""The shop's own virus scanner, if it has one: settings.UPLOAD_SCAN_COMMAND, a command that is given the file's path.

It answers as clamdscan does (https://docs.clamav.net/manual/Usage/Scanning.html): 0 clean, 1 a virus was found, all
else an error. A file that cannot be judged is not taken.
"""

from __future__ import annotations

import logging
import shlex
import subprocess
import tempfile

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from storefront.core.uploads.checking import CheckedFile
from storefront.core.uploads.refusals import Refused

logger = logging.getLogger(__name__)

#: Seconds. People wait for it.
PATIENCE = 8
CLEAN, INFECTED = 0, 1
FOUND = _("%(name)s was refused by our virus scanner.")
UNSURE = _("%(name)s could not be checked just now. Please send it again in a few minutes.")


def scan(file: CheckedFile) -> None:
    """Raises Refused unless the scanner finds nothing, or there is none."""
    command = shlex.split(settings.UPLOAD_SCAN_COMMAND)
    if not command:
        return
    with tempfile.NamedTemporaryFile(prefix="upload-") as copy:
        copy.write(file.content)
        copy.flush()
        answer = _ask([*command, copy.name])
    if answer == INFECTED:
        logger.warning("the scanner refused an upload of type %s", file.content_type)
        raise Refused(FOUND, file.name)
    if answer != CLEAN:
        raise Refused(UNSURE, file.name)


def _ask(command: list[str]) -> int:
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        logger.exception("the scanner of uploads does not answer")
        return -1
    if done.returncode not in (CLEAN, INFECTED):
        logger.error("the scanner of uploads failed with %d", done.returncode)
    return done.returncode
