"""PINs over the link, and what stands in the log afterwards."""

from time import monotonic

from service.pins import hash_pin
from service.protocol.codec import encode
from service.protocol.operations import CheckOut
from service.protocol.questions import AskPatron, Heartbeat
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Alive, Lent, PatronAnswer, Refused
from service.sample import known
from tests.service_process import ServiceProcess

WRONG = Refused(RefusalCode.PIN_WRONG)
LOCKED = Refused(RefusalCode.PIN_LOCKED)
SET_PIN = "UPDATE patrons SET pin_hash = ? WHERE short_name = 'T. K. MẪU'"


def test_the_account_is_behind_the_pin(service: ServiceProcess) -> None:
    with service.station("account") as client:
        client.hello()
        without = client.ask(AskPatron(known.WITH_LOANS))
        with_pin = client.ask(AskPatron(known.WITH_LOANS, known.WITH_LOANS[-4:]))
        assert isinstance(without, PatronAnswer)
        assert isinstance(with_pin, PatronAnswer)
        assert without.loans is None
        assert with_pin.loans is not None
        assert len(with_pin.loans) == without.open_loans == 3


def test_unknown_card_and_card_without_pin(service: ServiceProcess) -> None:
    with service.station("no pin") as client:
        client.hello()
        unknown = client.ask(AskPatron("99999999", "1234"))
        assert unknown == Refused(RefusalCode.PATRON_UNKNOWN)
        without = client.ask(AskPatron(known.WITHOUT_PIN, "1234"))
        assert without == Refused(RefusalCode.PIN_NOT_SET)


def test_guesses_from_two_stations_at_once_lock_the_card_after_five(
    service: ServiceProcess,
) -> None:
    with service.station("guess 1") as one, service.station("guess 2") as two:
        one.hello()
        two.hello()
        sent = []
        for number in range(8):
            client = (one, two)[number % 2]
            guess = encode(AskPatron(known.STUDENT, f"{number:04d}"))
            sent.append((client, client.send(client.header("question"), guess)))
        replies = [client.answer(message).reply for client, message in sent]
        assert (replies.count(WRONG), replies.count(LOCKED)) == (5, 3)
        assert one.ask(AskPatron(known.STUDENT, known.STUDENT[-4:])) == LOCKED
        assert isinstance(one.ask(AskPatron(known.STUDENT)), PatronAnswer)
        assert isinstance(two.ask(AskPatron(known.STAFF, known.STAFF[-4:])), PatronAnswer)


def test_a_flood_of_pins_keeps_no_heartbeat_and_no_loan_waiting(service: ServiceProcess) -> None:
    with service.station("flood") as flood, service.station("calm") as calm:
        flood.hello()
        calm.hello()
        # The sample library hashes its PINs cheaply; this one costs what real ones do.
        service.damage(SET_PIN, hash_pin("5555"))
        right = encode(AskPatron(known.STAFF, "5555"))
        sent = [flood.send(flood.header("question"), right) for _ in range(40)]
        begun = monotonic()
        assert isinstance(calm.do(CheckOut("VV.00417", known.STAFF)), Lent)
        assert calm.ask(Heartbeat(waiting=0), "heartbeat") == Alive()
        assert monotonic() - begun < 1
        replies = [flood.answer(message).reply for message in sent]
        assert any(isinstance(reply, PatronAnswer) for reply in replies)


def test_no_card_number_name_or_pin_is_logged(service: ServiceProcess) -> None:
    pin = known.ADULT[-4:]
    with service.station("private") as client:
        client.hello()
        client.do(CheckOut("VV.00388", known.ADULT))
        client.do(CheckOut("VV.00388", "no such card 77"))
        client.ask(AskPatron(known.ADULT, pin))
        client.ask(AskPatron(known.ADULT, "9999"))
        bad = encode(AskPatron(known.ADULT, pin)).replace(b'"pin"', b'"pins"')
        client.answer(client.send(client.header("question"), bad))
    text = service.log.read_text()
    planted = (known.ADULT, pin, "9999", "no such card", "Mẫu", "MẪU", client.keys.public)
    assert [word for word in planted if word in text] == []
    assert "unknown field `pins`" in text
