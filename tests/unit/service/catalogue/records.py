"""Made-up records, and strategies for those that a catalogue may hold."""

from functools import partial
from unicodedata import normalize

from hypothesis import strategies as st

from service.catalogue.entries import ItemEntry, TitleEntry
from service.catalogue.marc.record import USUAL_LEADER, MarcField, MarcRecord, control, data
from service.catalogue.normal_form import tidy

KIEU = MarcRecord(
    USUAL_LEADER,
    (
        control("001", "00017"),
        control("003", "VN-SK"),
        control("008", "041122s2015    vm            000 0 vie d"),
        data("020", ("a", "978-604-2-11220-8 (bìa mềm) : 50000đ")),
        data("082", ("a", "895.922/12"), ("2", "23"), indicators="04"),
        data("100", ("a", "Nguyễn, Du,"), ("d", "1766-1820"), indicators="1 "),
        data("245", ("a", "Truyện Kiều /"), ("c", "Nguyễn Du."), indicators="10"),
        data("650", ("a", "Thơ Nôm"), indicators=" 7"),
        data("952", ("p", "VV.00417"), ("a", "TV"), ("y", "book"), ("o", "895.92212 NG527D")),
        data("952", ("p", "VV.00418"), ("a", "BX"), ("y", "book"), ("7", "1"), ("0", "0")),
    ),
)

letters = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="\ufffd\ufffe\uffff"),
    max_size=12,
).map(partial(normalize, "NFC"))
words = letters.map(tidy)
fields = st.builds(
    lambda tag, ind, parts: MarcField(tag, ind, tuple(parts)),
    st.sampled_from(["020", "082", "100", "245", "650", "700", "852", "952"]),
    st.text("0123 ", min_size=2, max_size=2),
    st.lists(st.tuples(st.sampled_from("abcdhijpy0137"), letters), min_size=1, max_size=4),
)
control_fields = st.builds(control, st.sampled_from(["001", "003", "005", "008"]), letters)
records = st.builds(
    lambda controls, others: MarcRecord(USUAL_LEADER, (*controls, *others)),
    st.lists(control_fields, max_size=2),
    st.lists(fields, min_size=1, max_size=6),
)

numbers = st.from_regex(r"[A-Z]{1,3}\.[0-9]{1,5}", fullmatch=True)
isbns = st.sampled_from(["9786042112208", "9780306406157", "9780804429573"])
items = st.builds(
    ItemEntry,
    numbers,
    item_type=st.sampled_from(["book", "magazine"]),
    home_point=st.sampled_from(["SK", "SK.01"]),
    shelf_mark=words,
    tagged=st.booleans(),
    parts=st.integers(1, 99),
    not_for_loan=st.booleans(),
    withdrawn=st.booleans(),
    lost=st.booleans(),
)
titles = st.builds(
    TitleEntry,
    st.just(0),
    title=words.filter(bool),
    author=words,
    ddc=st.sampled_from(["", "895.9223", "633.72", "K5"]),
    control_number=st.none() | st.from_regex(r"(\(VN-[A-Z]{2}\))?[0-9]{1,8}", fullmatch=True),
    isbns=st.lists(isbns, unique=True).map(lambda found: tuple(sorted(found))),
    items=st.lists(items, max_size=3, unique_by=lambda item: item.number).map(tuple),
)
