"""What is done beside a request, and when it is over"""

from threading import Barrier

from inbox import mail
from inbox.accounts import sign_ins
from inbox.process import late
from inbox.process.jobs import MOST_WAITING, Queue

QUEUES = [late.queue, mail.queue, sign_ins.queue]


def settle() -> None:
    """Until all that was handed over is done."""
    for queue in QUEUES:
        settle_queue(queue)


def settle_queue(queue: Queue) -> None:
    meeting = Barrier(queue.workers)  # each worker comes only when it has nothing else to do
    for met in [queue._threads.submit(meeting.wait, 60) for _ in range(queue.workers)]:
        met.result(60)


def are_done() -> bool:
    """Whether nothing waits or is under way."""
    return all(queue._places._value == MOST_WAITING for queue in QUEUES)
