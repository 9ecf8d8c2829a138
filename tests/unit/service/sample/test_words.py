"""The tables of words: clean Vietnamese, nothing real, nothing twice, nothing unused."""

import re
from itertools import chain
from unicodedata import is_normalized

import pytest

from service.sample import known
from service.sample.lending import ITEM_TYPES
from service.sample.names import name_grammar, name_table
from service.sample.points import POINTS
from service.sample.titles import Subject, title_grammar, title_table
from service.vietnamese import search_key

# Well-known writers, painters, scholars, singers and statesmen, living and dead.
REAL_NAMES = """
Nguyễn Du, Nguyễn Trãi, Nguyễn Khuyến, Nguyễn Tuân, Nguyễn Minh Châu, Nguyễn Nhật Ánh, Nguyễn Huy
Thiệp, Nguyễn Ngọc Tư, Nguyễn Đình Thi, Nguyễn Khải, Nguyễn Bính, Nguyễn Công Hoan, Nguyễn Hiến Lê,
Nguyễn Ái Quốc, Nguyễn Bỉnh Khiêm, Nguyễn Đình Chiểu, Nguyễn Văn Cừ, Nguyễn Văn Trỗi, Nguyễn Thị
Minh Khai, Nguyễn Trung Trực, Hồ Chí Minh, Hồ Xuân Hương, Hồ Biểu Chánh, Hồ Anh Thái, Võ Nguyên
Giáp, Võ Thị Sáu, Võ Quảng, Phạm Văn Đồng, Phạm Hổ, Phạm Tiến Duật, Phạm Duy, Phạm Quỳnh, Phan Bội
Châu, Phan Châu Trinh, Phan Đình Phùng, Lê Lợi, Lê Duẩn, Lê Quý Đôn, Lê Lựu, Lê Minh Khuê, Lê Văn
Tám, Trần Hưng Đạo, Trần Đăng Khoa, Trần Phú, Trần Văn Ơn, Trần Tế Xương, Hoàng Hoa Thám, Hoàng
Cầm, Hoàng Trung Thông, Hoàng Phủ Ngọc Tường, Vũ Trọng Phụng, Vũ Quần Phương, Vũ Bằng, Đặng Thùy
Trâm, Đặng Thai Mai, Bùi Xuân Phái, Bùi Giáng, Đỗ Chu, Đỗ Nhuận, Ngô Tất Tố, Ngô Quyền, Ngô Bảo
Châu, Dương Thu Hương, Đinh Tiên Hoàng, Đoàn Thị Điểm, Đoàn Giỏi, Lương Thế Vinh, Trịnh Công Sơn,
Mai Văn Phấn, Đào Duy Anh, Tô Hoài, Tô Vĩnh Diện, Tô Ngọc Vân, Kim Đồng, Kim Lân, Nam Cao, Thạch
Lam, Xuân Diệu, Xuân Quỳnh, Huy Cận, Chế Lan Viên, Hàn Mặc Tử, Lưu Quang Vũ, Lưu Trọng Lư, Tố Hữu,
Tản Đà, Thế Lữ, Khái Hưng, Nhất Linh, Nguyên Hồng, Nguyên Ngọc, Anh Đức, Sơn Nam, Sơn Tùng, Y
Phương, Bàn Tài Đoàn, Lò Ngân Sủn, Mã A Lềnh, Ma Văn Kháng, Nông Quốc Chấn, Vi Hồng, Triệu Kim Văn,
Lò Văn Sỹ, Vừ A Dính, Vàng A Sà, Thanh Tịnh, Thanh Hải, Thanh Thảo, Bảo Ninh, Chu Lai, Tạ Duy Anh,
Văn Cao, Văn Tiến Dũng, Thái Bá Vân, Thái Phiên, Lâm Thị Mỹ Dạ, Lý Bạch, Lý Thường Kiệt, Mạc Đĩnh
Chi, Mạc Ngôn, Kiều Thanh Quế, Khương Hữu Dụng
"""

SUBJECTS = title_table().subject
by_name = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


def slots(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def reachable(patterns: list[str], words: dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    new = set(chain.from_iterable(map(slots, patterns)))
    while new:
        found |= new
        new = set(chain.from_iterable(slots(word) for slot in new for word in words[slot])) - found
    return found


def test_every_list_of_words_is_used_and_every_slot_has_one() -> None:
    patterns = [pattern for subject in SUBJECTS for pattern in subject.patterns]
    assert reachable(patterns, title_table().words) == set(title_table().words)
    names = name_table()
    patterns = [*names.patron, *names.pen, *names.person, *names.body, *names.editors]
    assert reachable(patterns, names.words) == set(names.words)


@pytest.mark.parametrize(
    "words", [title_table().words, name_table().words], ids=["titles", "names"]
)
def test_words_are_composed_trimmed_and_stand_once(words: dict[str, tuple[str, ...]]) -> None:
    for slot, listed in words.items():
        assert len(set(listed)) == len(listed), slot
        for word in listed:
            assert is_normalized("NFC", word), (slot, word)
            assert word == " ".join(word.split()) != "", (slot, word)


@by_name
def test_subject_has_a_known_type_a_class_and_room_to_grow(subject: Subject) -> None:
    assert subject.item_type in dict(ITEM_TYPES)
    assert re.fullmatch(r"\d{3}(\.\d+)?", subject.ddc)
    room = sum(map(title_grammar().size, subject.patterns))
    share = 60_000 * subject.share / sum(each.share for each in SUBJECTS)
    assert room > share + len(known.TITLES)


def every_name() -> set[str]:
    """All that the patterns of authors make, and of patrons."""
    table, grammar = name_table(), name_grammar()
    return {
        grammar.sentence(pattern, number)
        for pattern in (*table.patron, *table.pen, *table.person, *table.body)
        for number in range(grammar.size(pattern))
    }


def test_no_real_person_can_be_drawn() -> None:
    real = {search_key(name) for name in REAL_NAMES.replace("\n", " ").split(",")}
    assert len(real) > 120
    invented = {search_key(name) for name in every_name()}
    invented |= {search_key(patron.full_name) for patron in known.PATRONS}
    invented |= {search_key(title.author) for title in known.TITLES}
    assert not real & invented


def test_places_are_those_of_the_invented_province_only() -> None:
    real_provinces = (
        "Lào Cai, Yên Bái, Thái Nguyên, Bắc Kạn, Hà Giang, Cao Bằng, Lạng Sơn, Sơn La, Hà Nội"
    )
    texts = [point.name for point in POINTS]
    texts += chain.from_iterable(title_table().words.values())
    for province in real_provinces.split(", "):
        assert not [text for text in texts if province in text]
