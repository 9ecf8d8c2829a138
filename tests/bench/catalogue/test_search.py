"""Search in real databases: what is found, in which order, and that the index follows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.catalogue.entries import ItemEntry, TitleEntry
from service.catalogue.orders import Indexed, IndexTitles, TakeTitles, carry_out
from service.catalogue.search import By, Copies
from tests.bench.catalogue.library import Catalogue, title

SHELF = (
    title("Đất rừng phương Nam", "Đoàn Giỏi", "VV.00417", "VV.00418", isbns=("9786042112208",)),
    title("Đất nước đứng lên", "Nguyên Ngọc"),
    title("Dế mèn phiêu lưu ký", "Tô Hoài"),
    title("Hòa bình và chiến tranh", "Lép Tôn-xtôi"),
    title("Chiến tranh và hòa bình", "Lép Tôn-xtôi"),
    title("Truyện Kiều", "Nguyễn Du"),
    title("Nguyễn Du toàn tập", "Nhiều tác giả"),
    title("Kỹ thuật nuôi ong", "Lý Thúy"),
    *(title(word) for word in "mạ mả má ma mã mà".split()),
)

FIRST_FOUND = {
    "đất rừng": "Đất rừng phương Nam",
    "dat rung": "Đất rừng phương Nam",
    "ĐẤT RỪ": "Đất rừng phương Nam",
    "dat rung phuong n": "Đất rừng phương Nam",
    "rừng giỏi": "Đất rừng phương Nam",
    "de men": "Dế mèn phiêu lưu ký",
    "phiêu lưu kí": "Dế mèn phiêu lưu ký",
    "hoà bình": "Hòa bình và chiến tranh",
    "hòa bình": "Hòa bình và chiến tranh",
    "kĩ thuật": "Kỹ thuật nuôi ong",
    "lí thuý": "Kỹ thuật nuôi ong",
    "ton xtoi": "Chiến tranh và hòa bình",
    "nguyen du": "Nguyễn Du toàn tập",
    "VV.00417": "Đất rừng phương Nam",
    "vv.00418": "Đất rừng phương Nam",
    "978-604-2-11220-8": "Đất rừng phương Nam",
}


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    catalogue.take(*SHELF)
    return catalogue


def test_a_title_is_found_however_it_is_typed(shelf: Catalogue) -> None:
    assert {typed: shelf.found(typed)[0] for typed in FIRST_FOUND} == FIRST_FOUND


def test_words_as_typed_come_before_those_with_other_accents(shelf: Catalogue) -> None:
    assert shelf.found("mã")[0] == "mã"
    assert set(shelf.found("mã")) >= set("ma mà mả mã má mạ".split())


def test_titles_of_one_rank_stand_in_the_order_of_the_alphabet(shelf: Catalogue) -> None:
    """Every one of them is what was typed, but for the tone."""
    assert shelf.found("ma")[:6] == "ma mà mả mã má mạ".split()
    assert shelf.found("d", by=By.TITLE) == [
        "Dế mèn phiêu lưu ký",
        "Đất nước đứng lên",
        "Đất rừng phương Nam",
        "Nguyễn Du toàn tập",
    ]


def test_by_says_where_the_words_stand(shelf: Catalogue) -> None:
    assert shelf.found("nguyen du", by=By.AUTHOR) == ["Truyện Kiều"]
    assert shelf.found("nguyễn du", by=By.AUTHOR) == ["Truyện Kiều"]
    assert shelf.found("nguyen du", by=By.TITLE) == ["Nguyễn Du toàn tập"]
    assert shelf.found("kieu", by=By.NUMBER) == []
    assert shelf.found("9786042112208", by=By.ISBN) == ["Đất rừng phương Nam"]
    assert shelf.found("9786042112208", by=By.TITLE) == []


def test_half_a_number_is_asked_for_as_a_number(shelf: Catalogue) -> None:
    found = shelf.search("vv.004", by=By.NUMBER).found
    assert [one.number for one in found] == ["VV.00417", "VV.00418"]


def test_point_and_limit(shelf: Catalogue) -> None:
    at_bx = TitleEntry(at=1, title="Đất", author="", items=(ItemEntry("X.1", "book", "BX"),))
    shelf.take(at_bx)
    assert shelf.found("dat", point="BX") == ["Đất"]
    assert shelf.found("X.1", point="TV") == []
    answer = shelf.search("dat", limit=2)
    assert [one.title for one in answer.found] == ["Đất", "Đất nước đứng lên"]
    assert answer.more
    assert not shelf.search("dat", limit=3).more


def test_an_answer_tells_copies_and_which_are_free(shelf: Catalogue) -> None:
    lost = ItemEntry("VV.00419", "book", "BX", lost=True)
    gone = ItemEntry("VV.00420", "book", "BX", withdrawn=True)
    shelf.take(TitleEntry(1, "Đất rừng phương Nam", "Đoàn Giỏi", items=(lost, gone)))
    (found,) = shelf.search("dat rung").found
    assert found.isbns == ("9786042112208",)
    assert found.copies == (Copies("BX", 1, 0), Copies("TV", 2, 2))


def test_the_index_follows_a_title_that_was_renamed(catalogue: Catalogue) -> None:
    catalogue.take(title("Cánh đồng", "An", "VV.1", control_number="1"))
    catalogue.take(title("Dòng sông", "Bình", "VV.1", control_number="1"))
    assert catalogue.found("canh dong") == catalogue.found("an", by=By.AUTHOR) == []
    assert catalogue.found("dong song") == catalogue.found("bình") == ["Dòng sông"]


def test_the_index_forgets_a_title_that_is_gone(catalogue: Catalogue) -> None:
    catalogue.take(title("Cánh đồng", "An", "VV.1"))
    with catalogue.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM items")
        connection.exec_driver_sql("DELETE FROM titles")
        left = connection.exec_driver_sql("SELECT count(*) FROM title_index").scalar()
    assert left == 0


def test_a_damaged_index_is_written_anew(shelf: Catalogue) -> None:
    with shelf.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM title_index")
        connection.exec_driver_sql("UPDATE titles SET search_key = 'x'")
    assert shelf.found("dat rung") == []
    after: int | None = 0
    while after is not None:
        step = carry_out(shelf.engine, IndexTitles(after), 0)
        assert isinstance(step, Indexed)
        after = step.last
    assert shelf.found("dat rung") == ["Đất rừng phương Nam"]


def test_what_was_rolled_back_is_not_found(catalogue: Catalogue) -> None:
    catalogue.do(TakeTitles((title("Cánh đồng"),), is_rehearsal=True))
    assert catalogue.found("canh dong") == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.text(max_size=40) | st.text(st.sampled_from("'\"*:()&|!<->^{}\\%_?\0 aAđ"), max_size=30),
    st.sampled_from(By),
)
def test_no_text_is_an_order_to_the_database(shelf: Catalogue, typed: str, by: By) -> None:
    assert shelf.search(typed.encode("utf-8", "ignore").decode(), by=by, point="TV") is not None
