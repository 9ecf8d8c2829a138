"""A fault that repeats is said once and counted."""

from dataclasses import dataclass, field

from service.folded_log import REMIND_SECONDS, SOURCES, FoldedLog


@dataclass
class Journal:
    lines: list[tuple[str, str, object]] = field(default_factory=list)

    def warning(self, event: str, **facts: object) -> None:
        self.lines.append((event, str(facts["source"]), facts["folded"]))


def test_each_source_and_kind_is_said_once_and_its_repeats_counted() -> None:
    journal, now = Journal(), [0.0]
    log = FoldedLog(journal, lambda: now[0])  # type: ignore[arg-type]
    for _ in range(5):
        log.say("garbage", "one")
    log.say("garbage", "two")
    log.say("rival", "one")
    now[0] = REMIND_SECONDS
    log.say("garbage", "one")
    assert journal.lines == [
        ("garbage", "one", 0),
        ("garbage", "two", 0),
        ("rival", "one", 0),
        ("garbage", "one", 4),
    ]


def test_a_thousand_forged_keys_do_not_fill_memory_or_journal() -> None:
    journal = Journal()
    log = FoldedLog(journal, lambda: 0.0)  # type: ignore[arg-type]
    for number in range(3 * SOURCES):
        log.say("unknown key", str(number))
    assert len(journal.lines) == SOURCES + 1
    assert journal.lines[-1][1] == "further sources"
