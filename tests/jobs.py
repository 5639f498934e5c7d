"""What is done beside a request, and when it is over"""

from threading import Barrier

from inbox import mail

WORKERS = 2


def settle() -> None:
    """Until every mail that was handed over is written and sent."""
    meeting = Barrier(WORKERS)  # each worker comes only when it has nothing else to do
    for met in [mail._senders.submit(meeting.wait, 60) for _ in range(WORKERS)]:
        met.result(60)


def are_done() -> bool:
    """Whether nothing waits or is under way."""
    return mail._places._value == mail.MOST_WAITING
