"""The station's socket against a real ROUTER with CURVE and ZAP, over TCP."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest
import zmq
from zmq.auth.thread import ThreadAuthenticator

from kiosk.enrolment import PinnedService, StationKey
from kiosk.service_link import LinkNews, LinkSignal, MessageIn, ServiceLink
from tests.waiting import eventually

HELLO = (b"muontra/1", b"{}", b"hello")


def new_key() -> StationKey:
    public, secret = zmq.curve_keypair()
    return StationKey(public.decode("ascii"), secret.decode("ascii"))


STATION, STRANGER, SERVICE = new_key(), new_key(), new_key()


@dataclass
class ServiceSide:
    """A ROUTER that lets only STATION in."""

    port: int = 0
    curve: bool = True

    def __enter__(self) -> Self:
        self._context = zmq.Context()
        self._zap = ThreadAuthenticator(self._context)
        self._zap.start()
        self._zap.configure_curve_callback("stations", self)
        self.socket = self._context.socket(zmq.ROUTER)
        if self.curve:
            self.socket.curve_server = True
            self.socket.curve_secretkey = SERVICE.secret.encode("ascii")
            self.socket.zap_domain = b"stations"
        bound = self.socket.bind(f"tcp://127.0.0.1:{self.port or '*'}")
        self.port = int(bound.addr.rpartition(":")[2])
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close(linger=0)
        self._zap.stop()
        self._context.destroy(linger=0)

    def callback(self, _domain: str, key: bytes) -> bool:
        """Asked by the authenticator."""
        return key == STATION.public.encode("ascii")

    def receive(self, seconds: float = 5.0) -> list[bytes]:
        assert self.socket.poll(int(seconds * 1000)), "no message came"
        return self.socket.recv_multipart()


@dataclass
class Heard:
    news: list[LinkNews] = field(default_factory=list)

    def wait_for(self, news: LinkNews) -> None:
        eventually(lambda: news in self.news, 10, f"{news}; heard {self.news}")


@contextmanager
def link_to(
    port: int, key: StationKey = STATION, service: StationKey = SERVICE
) -> Iterator[tuple[ServiceLink, Heard]]:
    heard = Heard()
    pinned = PinnedService(f"tcp://127.0.0.1:{port}", service.public)
    link = ServiceLink(pinned, key, heard.news.append, renew_seconds=1.0)
    link.start()
    try:
        yield link, heard
    finally:
        link.stop()
        link.join(5)
        assert not link.is_alive()


def test_messages_go_both_ways() -> None:
    with ServiceSide() as service, link_to(service.port) as (link, heard):
        heard.wait_for(LinkSignal.CONNECTED)
        link.send(HELLO)
        identity, *frames = service.receive()
        assert tuple(frames) == HELLO
        service.socket.send_multipart([identity, b"a", b"b", b"c"])
        heard.wait_for(MessageIn((b"a", b"b", b"c")))


def test_messages_keep_their_order() -> None:
    with ServiceSide() as service, link_to(service.port) as (link, heard):
        heard.wait_for(LinkSignal.CONNECTED)
        for number in range(100):
            link.send((b"%d" % number,))
        assert [service.receive()[1] for _ in range(100)] == [b"%d" % n for n in range(100)]


def test_an_unknown_key_is_told_and_gets_nothing_through() -> None:
    with ServiceSide() as service, link_to(service.port, key=STRANGER) as (link, heard):
        heard.wait_for(LinkSignal.KEY_REFUSED)
        link.send(HELLO)
        assert LinkSignal.CONNECTED not in heard.news
        assert not service.socket.poll(200)


def test_nothing_is_said_to_a_service_with_another_key() -> None:
    imposter = new_key()
    with ServiceSide() as service, link_to(service.port, service=imposter) as (link, heard):
        link.send(HELLO)
        assert not service.socket.poll(500)
        assert LinkSignal.CONNECTED not in heard.news


def test_a_service_that_speaks_in_the_clear_is_told_as_another_protocol() -> None:
    with ServiceSide(curve=False) as service, link_to(service.port) as (link, heard):
        heard.wait_for(LinkSignal.OTHER_PROTOCOL)
        link.send(HELLO)
        assert LinkSignal.CONNECTED not in heard.news
        assert not service.socket.poll(200)


def test_a_service_that_was_set_up_wrongly_first_is_found_when_it_was_mended() -> None:
    """The library never tries again after a foreign greeting: without the renewal this fails."""
    with ServiceSide(curve=False) as wrong, ExitStack() as stack:
        _, heard = stack.enter_context(link_to(wrong.port))
        heard.wait_for(LinkSignal.OTHER_PROTOCOL)
        link = stack.pop_all()
    with link, ServiceSide(wrong.port):
        heard.wait_for(LinkSignal.CONNECTED)


def test_what_cannot_be_sent_at_once_is_never_sent_late() -> None:
    """The outbox is the queue: an old message after a reconnection would be answered twice."""
    with ServiceSide() as service:
        port = service.port
    with link_to(port) as (link, heard):
        for _ in range(5):
            link.send(HELLO)
        eventually(lambda: not link._outgoing, 5, "message dropped")
        with ServiceSide(port) as service:
            heard.wait_for(LinkSignal.CONNECTED)
            link.send((b"new",))
            assert service.receive()[1:] == [b"new"]


def test_a_restarted_service_is_lost_and_found() -> None:
    with ServiceSide() as first, ExitStack() as stack:
        link, heard = stack.enter_context(link_to(first.port))
        heard.wait_for(LinkSignal.CONNECTED)
        stack_of_link = stack.pop_all()
    with stack_of_link:
        heard.wait_for(LinkSignal.DISCONNECTED)
        heard.news.clear()
        with ServiceSide(first.port) as second:
            heard.wait_for(LinkSignal.CONNECTED)
            link.send(HELLO)
            second.receive()


def test_a_monstrous_frame_ends_the_connection_and_not_the_link() -> None:
    with ServiceSide() as service, link_to(service.port) as (link, heard):
        heard.wait_for(LinkSignal.CONNECTED)
        link.send(HELLO)
        identity = service.receive()[0]
        service.socket.send_multipart([identity, bytes(2 << 20)])
        heard.wait_for(LinkSignal.DISCONNECTED)
        assert not any(isinstance(news, MessageIn) for news in heard.news)
        heard.news.clear()
        heard.wait_for(LinkSignal.CONNECTED)


def test_a_message_after_the_end_is_not_written_into_somebody_elses_file() -> None:
    """The number of the link's bell belongs to the next file that is opened: a serial line, say."""
    with link_to(1) as (link, _):
        bell = link._bell
    assert bell is not None
    strangers = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(64)]
    try:
        assert bell in strangers
        link.send(HELLO)
        link.stop()
        for stranger in strangers:
            with pytest.raises(BlockingIOError):
                os.eventfd_read(stranger)
    finally:
        for stranger in strangers:
            os.close(stranger)


def test_an_endpoint_that_is_none_ends_the_link_with_a_word_and_nothing_else() -> None:
    link = ServiceLink(PinnedService("nonsense", SERVICE.public), STATION, print)
    link.start()
    link.join(5)
    assert not link.is_alive()
    link.send(HELLO)
    link.stop()
