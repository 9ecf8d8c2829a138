"""PINs and the brake on guessing them."""

from service.pins import GuessBrake, hash_pin, pin_matches


def test_the_right_pin_matches_and_another_does_not() -> None:
    hashed = hash_pin("1936")
    assert pin_matches(hashed, "1936")
    assert not pin_matches(hashed, "1937")


def test_the_same_pin_has_another_hash_each_time() -> None:
    assert hash_pin("1936") != hash_pin("1936")


def test_a_damaged_hash_matches_nothing() -> None:
    for damaged in ("", "1936", "$argon2id$v=19$m=8", hash_pin("1936")[:-4]):
        assert not pin_matches(damaged, "1936")


def test_five_wrong_tries_lock_for_five_minutes() -> None:
    brake = GuessBrake(wrong=5, seconds=300)
    assert [brake.admits("card", now) for now in range(6)] == [True] * 5 + [False]
    assert not brake.admits("card", 4 + 299)
    assert brake.admits("card", 4 + 300)


def test_guesses_sent_all_at_once_gain_nothing() -> None:
    brake = GuessBrake(wrong=5)
    assert sum(brake.admits("card", 0) for _ in range(100)) == 5


def test_tries_while_locked_do_not_lengthen_the_lock() -> None:
    brake = GuessBrake(wrong=1, seconds=300)
    brake.admits("card", 0)
    assert not brake.admits("card", 200)
    assert brake.admits("card", 300)


def test_another_card_is_not_locked() -> None:
    brake = GuessBrake(wrong=1)
    assert brake.admits("one", 0)
    assert brake.admits("other", 0)


def test_the_right_pin_forgives_earlier_mistakes() -> None:
    brake = GuessBrake(wrong=2)
    brake.admits("card", 0)
    brake.admits("card", 1)
    brake.right("card")
    assert brake.admits("card", 2)


def test_a_right_pin_of_his_own_gives_a_thief_no_new_tries_at_a_station() -> None:
    brake = GuessBrake(wrong=3)
    for _ in range(2):
        brake.admits("station", 0)
    brake.admits("station", 0)
    brake.not_wrong("station")
    assert brake.admits("station", 0)
    assert not brake.admits("station", 0)


def test_what_is_old_is_forgotten_and_takes_no_memory() -> None:
    brake = GuessBrake(wrong=5, seconds=300)
    for card in range(1000):
        brake.admits(card, now=0)
    brake.admits("last", now=300)
    assert len(brake._tries) == 1
