"""docs/sample-library.md tells of every card and item that can be relied on, and of no other."""

import re
from pathlib import Path

from service.sample import known
from service.sample.points import POINTS
from service.sample.shelf import known_cards
from service.sample.titles import title_table

DOCUMENT = (Path(__file__).parents[4] / "docs/sample-library.md").read_text("utf-8")


def test_known_cards_are_the_documented_ones() -> None:
    cards = {card.card for card in known_cards()}
    accounts = {point.account for point in POINTS if point.account}
    documented = set(re.findall(r"`(\d{8})`", DOCUMENT))
    assert cards <= documented <= cards | accounts


def test_known_items_are_the_documented_ones() -> None:
    numbers = {item.number for item in known.ITEMS}
    documented = set(re.findall(r"`([A-Z]{2}\.\d{5})`", DOCUMENT))
    assert documented <= numbers
    assert numbers - documented == {"GK.00012", "GK.00013", "GK.00014"}  # within a range


def test_known_people_and_titles_are_named() -> None:
    assert all(patron.full_name in DOCUMENT for patron in known.PATRONS)
    titles = (item.title.title for item in known.ITEMS if item.item_type != "textbook")
    assert all(title in DOCUMENT for title in titles)


def test_subjects_are_counted() -> None:
    assert f"has {len(title_table().subject)} subjects" in DOCUMENT
