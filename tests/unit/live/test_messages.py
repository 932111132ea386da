import pickle
import socket
from collections import deque
from collections.abc import Iterator

import pytest

from audiopost.errors import ParameterRangeError
from audiopost.live import messages as say
from audiopost.live.channel import Channel, ChannelFullError


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    ours, theirs = socket.socketpair()
    here, there = Channel(ours, patience_s=0.05), Channel(theirs, patience_s=0.05)
    yield here, there
    here.close()
    there.close()


def test_messages_arrive_whole_and_in_order(ends: tuple[Channel, Channel]) -> None:
    here, there = ends
    sent = [say.SetParameter(number, "gain.gain_db", float(number)) for number in range(50)]
    for message in sent:
        here.send(message)
    received: list[say.Message] = []
    while len(received) < len(sent):
        assert there.poll(1.0)
        received += there.receive()
    assert received == sent


def test_an_error_keeps_its_fields() -> None:
    error = ParameterRangeError(parameter="ratio", value=99.0, minimum=1.0, maximum=20.0)
    travelled = pickle.loads(pickle.dumps(say.Failed(7, error)))
    assert str(travelled.error) == str(error)


def test_a_side_that_never_reads_is_refused_instead_of_waited_for(ends: tuple[Channel, Channel]) -> None:
    here, _ = ends
    too_much = [say.Load(0, bytes(100_000))] * 1000
    with pytest.raises(ChannelFullError):
        deque(map(here.send, too_much), maxlen=0)


def test_the_end_of_the_other_side_is_the_end_of_the_stream(ends: tuple[Channel, Channel]) -> None:
    here, there = ends
    here.close()
    with pytest.raises(EOFError):
        there.receive()
