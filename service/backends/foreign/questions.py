"""Questions to a foreign system. PINs are its own affair: it is asked with them."""

from service.backends.foreign.library_system import LibrarySystem, SystemSilent
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import ItemAnswer, Refused, Reply


class ForeignQuestions:
    """`system`: one whose calls may be made from any thread."""

    def __init__(self, system: LibrarySystem) -> None:
        self._system = system

    def answer(self, _station: int, question: AskPatron | AskItem) -> Reply:
        """A silent system is a refusal that says so: nobody waits for it longer."""
        try:
            if isinstance(question, AskItem):
                return self._item(question.item)
            told = self._system.patron(question.patron_card, question.pin)
        except SystemSilent:
            return Refused(RefusalCode.BACKEND_SILENT)
        return Refused(told) if isinstance(told, RefusalCode) else told

    def pin_hash_of(self, _card: str) -> None:
        """There is none here."""

    def _item(self, number: str) -> Reply:
        item = self._system.item(number)
        if item is None:
            return Refused(RefusalCode.ITEM_UNKNOWN)
        on_loan = self._system.loan_of(number) is not None
        return ItemAnswer(number, item.title, item.author, item.tagged, item.parts, on_loan)
