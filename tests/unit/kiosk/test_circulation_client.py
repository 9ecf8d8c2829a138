"""The station's side of the link: late, doubled, foreign and missing replies."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.link_news import (
    EpochSeen,
    HeartbeatAnswered,
    OperationAnswered,
    QuestionAnswered,
    SafeThrough,
    WentOffline,
    WentOnline,
)
from kiosk.messages_under_way import AT_ONCE
from kiosk.service_link import LinkSignal
from kiosk.views import Hindrance
from service.protocol import codec
from service.protocol.headers import MAGIC
from service.protocol.identifiers import NO_MESSAGE
from service.protocol.questions import AskItem, AskPatron, Heartbeat, Hello, ReofferDone
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Alive,
    BodyDiffers,
    ForeignOperation,
    HelloFirst,
    ItemAnswer,
    PatronAnswer,
    ProtocolMismatch,
    Refused,
    Reply,
    SecondInstance,
    TryLater,
    Welcome,
)
from tests.unit.kiosk.operations import (
    CARD,
    CHECK_IN,
    CHECK_OUT,
    EPOCH,
    ITEM,
    LENT,
    NEXT_EPOCH,
    RETURNED,
    key,
    record,
)
from tests.unit.kiosk.played_service import WELCOME, PlayedService, answers, decided

FIRST = record(CHECK_OUT, 1)
SECOND = record(CHECK_IN, 2)
ITEM_KNOWN = ItemAnswer(ITEM, "Mùa mận", "Mộc Khê", tagged=True, parts=1, on_loan=False)
PATRON_KNOWN = PatronAnswer("V. A. MẪU", None, open_loans=0, may_borrow=5)
NOT_TAKEN: list[Reply] = [ProtocolMismatch("unknown field"), BodyDiffers(), ForeignOperation()]


@pytest.fixture
def service() -> PlayedService:
    played = PlayedService()
    played.come_online()
    return played


# --- hello ---


def test_nothing_leaves_before_the_service_has_welcomed_this_connection() -> None:
    service = PlayedService()
    assert not service.client.may_send(FIRST, service.now)
    hello = service.connect()
    assert hello.content == Hello("a1" * 16, "muontra test", last_sequence=0, keeps=0)
    assert not service.client.may_send(FIRST, service.now)
    service.answer(hello, WELCOME)
    assert service.client.may_send(FIRST, service.now)


def test_the_first_welcome_tells_the_epoch_before_anything_else() -> None:
    service = PlayedService(known_epoch=None)
    hello = service.connect()
    assert hello.header.epoch is None
    assert service.answer(hello, WELCOME) == [EpochSeen(EPOCH), WentOnline()]


def test_hello_is_said_again_until_somebody_answers() -> None:
    service = PlayedService()
    service.connect()
    service.later(11)
    assert len(service.every("hello")) == 3


def test_a_second_welcome_changes_nothing(service: PlayedService) -> None:
    service.send(FIRST)
    assert service.answer(service.last("hello"), WELCOME) == [SafeThrough(0)]
    assert not service.client.may_send(FIRST, service.now)


def test_hello_first_is_obeyed_once_however_many_messages_get_it(service: PlayedService) -> None:
    """A restarted service gives it to each message that was under way."""
    one, two = service.send(FIRST), service.send(SECOND)
    service.answer(one, HelloFirst())
    service.answer(two, HelloFirst())
    assert len(service.every("hello")) == 2
    service.answer(service.last("hello"), WELCOME)
    assert service.client.may_send(FIRST, service.now)


def test_a_service_that_answers_hello_with_hello_first_causes_no_storm() -> None:
    service = PlayedService()
    for _ in range(10):
        service.answer(service.connect() if not service.sent else service.sent[-1], HelloFirst())
    assert len(service.sent) == 1


def test_a_service_of_another_version_is_shown_and_tried_again() -> None:
    service = PlayedService()
    service.answer(service.connect(), ProtocolMismatch("version 1 is not spoken here"))
    assert service.client.hindrance is Hindrance.PROTOCOL
    service.later(5)
    assert len(service.every("hello")) == 2
    service.answer(service.last("hello"), WELCOME)
    assert service.client.hindrance is None


def test_a_second_instance_is_told_stops_and_asks_again(service: PlayedService) -> None:
    question = service.ask(AskItem(ITEM))
    news = service.answer(question, SecondInstance())
    assert answers(news) == [None]
    assert WentOffline() in news
    assert service.client.hindrance is Hindrance.SECOND_INSTANCE
    assert not service.client.may_send(FIRST, service.now)
    service.later(5)
    service.answer(service.last("hello"), WELCOME)
    assert service.client.hindrance is None


def test_a_copied_card_does_not_take_the_true_station_offline(service: PlayedService) -> None:
    news = service.hear(service.reply_frames(NO_MESSAGE, SecondInstance()))
    assert WentOffline() not in news
    assert service.client.online


@pytest.mark.parametrize(
    ("epoch", "hindrance"), [(None, Hindrance.NOT_ENROLLED), (EPOCH, Hindrance.REVOKED)]
)
def test_a_refused_key_is_told_apart_from_one_that_was_never_known(
    epoch: str | None, hindrance: Hindrance
) -> None:
    service = PlayedService(known_epoch=epoch)
    service.signal(LinkSignal.KEY_REFUSED)
    assert service.client.hindrance is hindrance
    service.come_online()
    assert service.client.hindrance is None


def test_another_protocol_on_the_port_is_told() -> None:
    service = PlayedService()
    service.signal(LinkSignal.OTHER_PROTOCOL)
    assert service.client.hindrance is Hindrance.PROTOCOL


# --- replies ---


def test_the_reply_of_an_operation_is_told_with_its_body_and_epoch(service: PlayedService) -> None:
    news = service.answer(service.send(FIRST), LENT, safe_through=7)
    body = codec.encode(LENT)
    assert news == [SafeThrough(7), OperationAnswered(key(1), LENT, body, EPOCH)]


def test_a_doubled_reply_is_told_once(service: PlayedService) -> None:
    sent = service.send(FIRST)
    assert decided(service.answer(sent, LENT)) == [key(1)]
    assert decided(service.answer(sent, LENT)) == []


def test_two_operations_in_one_stack_keep_their_own_replies(service: PlayedService) -> None:
    one, two = service.send(FIRST), service.send(SECOND)
    assert decided(service.answer(two, RETURNED)) == [key(2)]
    assert decided(service.answer(one, LENT)) == [key(1)]


def test_a_reply_to_a_message_that_was_never_sent_means_nothing(service: PlayedService) -> None:
    service.send(FIRST)
    frames = service.reply_frames("ff" * 16, LENT)
    assert decided(service.hear(frames)) == []


def test_a_reply_of_another_epoch_is_dropped(service: PlayedService) -> None:
    sent = service.send(FIRST)
    assert service.answer(sent, LENT, epoch=NEXT_EPOCH, safe_through=9) == []
    assert decided(service.answer(sent, LENT)) == [key(1)]


def test_old_epoch_reply_after_hello(service: PlayedService) -> None:
    sent = service.send(FIRST)
    service.signal(LinkSignal.DISCONNECTED)
    service.connect()
    assert service.answer(sent, LENT) == []
    service.epoch = NEXT_EPOCH
    news = service.answer(service.last("hello"), WELCOME)
    assert EpochSeen(NEXT_EPOCH) in news
    assert service.answer(sent, LENT, epoch=EPOCH) == []


def test_a_new_epoch_is_told_nothing_that_another_one_confirmed(service: PlayedService) -> None:
    """A restored service would take it for its own and never apply what it lost."""
    service.client.counters.confirmed = 500
    service.signal(LinkSignal.DISCONNECTED)
    service.epoch = NEXT_EPOCH
    service.answer(service.connect(), WELCOME)
    service.later(11)
    beats = [sent.header for sent in service.every("heartbeat")]
    assert [(beat.epoch, beat.confirmed) for beat in beats[-1:]] == [(NEXT_EPOCH, 0)]


def test_a_lost_reply_is_asked_for_with_the_same_body_under_another_message(
    service: PlayedService,
) -> None:
    first = service.send(FIRST)
    service.signal(LinkSignal.DISCONNECTED)
    service.come_online()
    again = service.send(FIRST)
    assert again.frames[2] == first.frames[2]
    assert (first.header.attempt, again.header.attempt) == (1, 2)
    assert again.header.message != first.header.message
    assert decided(service.answer(first, LENT)) == []
    assert decided(service.answer(again, LENT)) == [key(1)]


def test_an_operation_under_way_is_not_sent_beside_itself(service: PlayedService) -> None:
    service.send(FIRST)
    assert not service.client.may_send(FIRST, service.now)
    assert service.client.may_send(SECOND, service.now)


def test_try_later_puts_an_operation_off_for_a_moment(service: PlayedService) -> None:
    assert decided(service.answer(service.send(FIRST), TryLater())) == []
    assert not service.client.may_send(FIRST, service.now)
    service.tick()
    deadline = service.client.next_deadline(in_session=False)
    assert deadline == service.now + 1.0
    service.later(1.0)
    assert service.send(FIRST).header.attempt == 2


@pytest.mark.parametrize("reply", NOT_TAKEN, ids=lambda reply: type(reply).__name__)
def test_protocol_mismatch_never_ends_a_row_and_is_shown(
    service: PlayedService, reply: Reply
) -> None:
    assert decided(service.answer(service.send(FIRST), reply)) == []
    assert service.client.hindrance is Hindrance.PROTOCOL
    service.later(60, answering=Alive())
    assert not service.client.may_send(FIRST, service.now)
    assert service.client.may_send(SECOND, service.now)


@pytest.mark.parametrize("reply", NOT_TAKEN, ids=lambda reply: type(reply).__name__)
def test_an_operation_that_was_not_taken_is_tried_again_with_the_next_connection(
    service: PlayedService, reply: Reply
) -> None:
    service.answer(service.send(FIRST), reply)
    service.signal(LinkSignal.DISCONNECTED)
    service.come_online()
    assert service.client.hindrance is None
    assert service.client.may_send(FIRST, service.now)


@pytest.mark.parametrize("reply", [Alive(), PATRON_KNOWN, ITEM_KNOWN], ids=repr)
def test_what_is_no_outcome_never_ends_an_operation(service: PlayedService, reply: Reply) -> None:
    assert decided(service.answer(service.send(FIRST), reply)) == []
    service.later(1.0)
    assert decided(service.answer(service.send(FIRST), LENT)) == [key(1)]


def test_what_every_backup_holds_is_told_with_each_reply_of_this_epoch(
    service: PlayedService,
) -> None:
    service.later(10)
    beat = service.last("heartbeat")
    told = service.answer(beat, Alive(), safe_through=12)
    assert told[0] == SafeThrough(12)
    assert isinstance(told[1], HeartbeatAnswered)
    assert told[1].round_trip == 0
    assert service.answer(beat, Alive(), safe_through=99, epoch=NEXT_EPOCH) == []


# --- questions ---


def test_an_answer_comes_with_the_mark_and_the_time_of_its_question(
    service: PlayedService,
) -> None:
    question = AskPatron(CARD)
    sent = service.ask(question, mark=7)
    assert sent.header.expires_ms == 4000
    asked_at = service.now
    service.later(1)
    news = service.answer(sent, PATRON_KNOWN)
    assert news[1:] == [QuestionAnswered(question, 7, asked_at, PATRON_KNOWN)]


def test_a_question_without_answer_is_answered_with_none_after_four_seconds(
    service: PlayedService,
) -> None:
    service.ask(AskPatron(CARD), mark=7)
    assert answers(service.later(3.9, answering=Alive())) == []
    news = service.later(0.2)
    assert answers(news) == [None]
    assert WentOffline() in news


def test_an_answer_after_that_means_nothing(service: PlayedService) -> None:
    sent = service.ask(AskPatron(CARD))
    service.later(4.1)
    assert answers(service.answer(sent, PATRON_KNOWN)) == []


def test_a_question_that_cannot_be_asked_is_answered_at_once() -> None:
    """The link went in the very step in which somebody asked."""
    service = PlayedService()
    service.client.ask(AskItem(ITEM), 3, service.now)
    assert service.sent == []
    assert answers(service.later(0)) == [None]


def test_a_question_is_answered_with_none_when_the_connection_breaks(
    service: PlayedService,
) -> None:
    service.ask(AskItem(ITEM))
    assert answers(service.signal(LinkSignal.DISCONNECTED)) == [None]


def test_the_questions_of_a_high_stack_are_asked_again_when_the_service_is_busy(
    service: PlayedService,
) -> None:
    """It looks into few things of one station at a time; no book may stay unknown by that."""
    sent = service.ask(AskItem(ITEM))
    asked_at = service.now
    assert answers(service.answer(sent, TryLater())) == []
    service.later(1)
    again = service.last("question")
    assert again.header.message != sent.header.message
    news = service.answer(again, ITEM_KNOWN)
    assert news[1:] == [QuestionAnswered(AskItem(ITEM), 0, asked_at, ITEM_KNOWN)]


def test_a_question_that_waits_to_be_asked_again_is_lost_with_the_connection(
    service: PlayedService,
) -> None:
    service.answer(service.ask(AskItem(ITEM)), TryLater())
    assert answers(service.signal(LinkSignal.DISCONNECTED)) == [None]


def test_nobody_waits_for_ever_for_a_service_that_is_always_busy(service: PlayedService) -> None:
    service.ask(AskItem(ITEM))
    for _ in range(10):
        service.answer(service.last("question"), TryLater())
        service.later(1, answering=Alive())
    assert answers(service.told) == [TryLater()]
    assert service.client.online


def test_a_wrong_pin_is_an_answer(service: PlayedService) -> None:
    no = Refused(RefusalCode.PIN_WRONG)
    assert answers(service.answer(service.ask(AskPatron(CARD, "0000")), no)) == [no]


# --- re-offers ---


def test_a_kept_operation_is_offered_to_a_new_epoch_with_the_reply_it_was_given(
    service: PlayedService,
) -> None:
    kept = record(CHECK_OUT, 1, LENT)
    service.client.reoffer(kept, service.now)
    sent = service.last("reoffer")
    assert sent.frames[2:] == (kept.body, codec.encode(LENT))
    assert decided(service.answer(sent, LENT)) == [key(1)]


def test_the_end_of_re_offering_is_told_until_it_is_heard() -> None:
    service = PlayedService(known_epoch=NEXT_EPOCH)
    service.answer(service.connect(), Welcome("kiosk-1", "Thư viện", reoffer=True))
    client = service.client
    assert client.reoffer_wanted
    client.reoffer_done(service.now)
    assert not client.reoffer_wanted
    service.later(4.1)
    assert client.reoffer_wanted
    client.reoffer_done(service.now)
    assert service.sent[-1].content == ReofferDone()
    service.answer(service.sent[-1], Alive())
    assert not client.reoffer_wanted


def test_a_long_offline_day_is_sent_in_portions(service: PlayedService) -> None:
    """More would be dropped by the socket, and the silence taken for a lost link."""
    for sequence in range(1, AT_ONCE + 1):
        assert service.client.room
        service.send(record(CHECK_IN, sequence))
    assert service.client.room == 0
    service.answer(service.last("operation"), RETURNED)
    assert service.client.room == 1


# --- times ---


def test_heartbeats_come_every_ten_seconds_and_every_second_in_a_session(
    service: PlayedService,
) -> None:
    service.client.counters.waiting = 2
    service.client.counters.broken = ("pad",)
    service.later(30.5, answering=Alive())
    assert len(service.every("heartbeat")) == 4
    assert service.last("heartbeat").content == Heartbeat(2, ("pad",))
    service.in_session = True
    service.later(5, answering=Alive())
    assert 9 <= len(service.every("heartbeat")) <= 10


def test_a_silent_service_is_offline_after_fifteen_seconds(service: PlayedService) -> None:
    assert WentOffline() not in service.later(14.9)
    assert service.later(0.2).count(WentOffline()) == 1
    assert not service.client.reachable


def test_in_a_session_four_seconds_of_silence_are_enough(service: PlayedService) -> None:
    service.in_session = True
    assert WentOffline() not in service.later(3.9)
    assert WentOffline() in service.later(0.2)


def test_a_session_that_begins_between_two_heartbeats_does_not_find_itself_offline(
    service: PlayedService,
) -> None:
    """Nothing was to be heard before it began."""
    service.later(9)
    service.in_session = True
    assert service.tick() == []
    assert service.client.reachable
    service.later(3.9, answering=Alive())
    assert service.client.reachable


def test_after_a_silence_the_link_comes_back_when_it_was_quiet_for_ten_seconds(
    service: PlayedService,
) -> None:
    """Nothing was under way, and the connection itself never broke."""
    service.later(16)
    assert not service.client.reachable
    service.hear(service.reply_frames("ff" * 16, Alive()))
    assert WentOnline() not in service.later(9.5, answering=Alive())
    assert not service.client.may_send(FIRST, service.now)
    assert WentOnline() in service.later(1.5, answering=Alive())
    assert service.client.may_send(FIRST, service.now)


def test_a_dead_line_never_counts_as_online_again(service: PlayedService) -> None:
    service.later(16)
    assert WentOnline() not in service.later(120)
    assert not service.client.reachable


def test_quiet_time_starts_anew_after_every_gap(service: PlayedService) -> None:
    service.later(16)
    service.hear(service.reply_frames("ff" * 16, Alive()))
    service.later(3, answering=Alive())
    service.later(6)
    service.hear(service.reply_frames("ff" * 16, Alive()))
    assert WentOnline() not in service.later(9.5, answering=Alive())
    assert WentOnline() in service.later(1.5, answering=Alive())


def test_one_unanswered_request_is_offline_and_it_is_sent_again_after_the_quiet_time(
    service: PlayedService,
) -> None:
    service.send(FIRST)
    service.in_session = True
    news = service.later(4.1, answering=Alive())
    assert WentOffline() in news
    assert not service.client.may_send(FIRST, service.now)
    service.later(11, answering=Alive())
    assert service.send(FIRST).header.attempt == 2


def test_a_short_break_of_the_connection_is_not_offline(service: PlayedService) -> None:
    service.in_session = True
    assert service.signal(LinkSignal.DISCONNECTED) == []
    assert WentOffline() not in service.later(2)
    service.come_online()
    assert WentOffline() not in service.told
    assert service.client.reachable


def test_a_longer_break_is_offline_once_and_comes_back_after_the_quiet_time(
    service: PlayedService,
) -> None:
    service.signal(LinkSignal.DISCONNECTED)
    service.later(60)
    assert service.told.count(WentOffline()) == 1
    service.answer(service.connect(), WELCOME)
    assert not service.client.online
    assert WentOnline() in service.later(11, answering=Alive())


# --- whatever comes ---


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_garbage_from_the_service_is_dropped(frames: list[bytes]) -> None:
    service = PlayedService()
    service.come_online()
    service.send(FIRST)
    assert service.hear(frames) == []


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_garbage_behind_a_good_first_frame_is_dropped(header: bytes, body: bytes) -> None:
    service = PlayedService()
    service.come_online()
    assert service.hear((MAGIC, header, body)) == []


happenings = st.one_of(
    st.sampled_from(LinkSignal),
    st.sampled_from(
        [WELCOME, HelloFirst(), SecondInstance(), TryLater(), LENT, Alive(), ITEM_KNOWN, *NOT_TAKEN]
    ),
    st.sampled_from(["send", "ask", "session"]),
    st.floats(0, 20),
)


@given(st.lists(happenings, max_size=25))
def test_whatever_happens_every_question_is_answered_once_and_no_deadline_is_in_the_past(
    history: list[object],
) -> None:
    service = PlayedService()
    asked = 0
    for what in history:
        if isinstance(what, LinkSignal):
            service.signal(what)
        elif what == "send":
            if service.client.may_send(FIRST, service.now):
                service.send(FIRST)
        elif what == "ask":
            service.client.ask(AskItem(ITEM), 0, service.now)
            asked += 1
        elif what == "session":
            service.in_session = not service.in_session
        elif isinstance(what, float):
            service.later(what)
        elif service.sent:
            service.answer(service.sent[-1], what)  # type: ignore[arg-type]
        service.tick()
        deadline = service.client.next_deadline(in_session=service.in_session)
        assert deadline is None or deadline > service.now
        assert not service.client.online or service.client.reachable
    service.signal(LinkSignal.DISCONNECTED)
    service.tick()
    assert len(answers(service.told)) == asked
    offline = [news for news in service.told if isinstance(news, WentOnline | WentOffline)]
    assert all(type(a) is not type(b) for a, b in pairwise(offline))
