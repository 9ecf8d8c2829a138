from drivers.frame_trace import Direction, FrameTrace, TracedFrame


def test_the_trace_is_bounded_and_keeps_the_newest() -> None:
    trace = FrameTrace(capacity=3, clock=lambda: 1.5)
    for number in range(5):
        trace.record(Direction.SENT, bytes((number,)))
    assert [frame.raw for frame in trace.frames()] == [b"\x02", b"\x03", b"\x04"]


def test_a_line_of_the_trace_reads_as_a_sentence() -> None:
    frame = TracedFrame(12.5, Direction.SENT, b"\x05\xff\x69\x89\x01", "RF reset")
    assert str(frame) == "     12.5000 → 05 FF 69 89 01  RF reset"


def test_a_masked_frame_keeps_nothing_of_the_number() -> None:
    trace = FrameTrace()
    for _ in range(2):
        trace.record_masked(Direction.RECEIVED, b"04271936\r")
    one, other = trace.frames()
    assert one.raw == b""
    assert one.sentence == other.sentence
    assert "0427" not in str(one)


def test_the_mask_differs_between_runs() -> None:
    sentences = set()
    for _ in range(2):
        trace = FrameTrace()
        trace.record_masked(Direction.RECEIVED, b"04271936\r")
        sentences.add(trace.frames()[0].sentence)
    assert len(sentences) == 2


def test_a_listener_hears_each_frame_as_it_happens() -> None:
    heard: list[str] = []
    trace = FrameTrace(listener=lambda frame: heard.append(frame.sentence))
    trace.record(Direction.SENT, b"", "one")
    trace.record(Direction.RECEIVED, b"", "two")
    assert heard == ["one", "two"]


def test_who_asked_for_unmasked_frames_hears_them_and_what_is_kept_stays_masked() -> None:
    heard: list[bytes] = []
    now = [10.0]
    trace = FrameTrace(listener=lambda frame: heard.append(frame.raw), clock=lambda: now[0])
    trace.unmasked_until = 12.0
    for now[0] in (11.0, 12.0):
        trace.record_masked(Direction.RECEIVED, b"04271936\r")
    assert heard == [b"04271936\r", b""]
    assert [frame.raw for frame in trace.frames()] == [b"", b""]
