"""What APScheduler says of itself: every job that it takes or runs, which tells an operator nothing."""

import logging


def quiet() -> logging.Logger:
    """The library's logger, which speaks of errors only from now on."""
    logger = logging.getLogger("apscheduler")
    logger.setLevel(logging.ERROR)
    return logger
