"""Why an act is refused: one table of codes. Words for people live in the presenter."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Each code has a sentence in every interface language and a next step."""

    PATRON_UNKNOWN = "patron-unknown"
    PATRON_EXPIRED = "patron-expired"
    PATRON_BLOCKED = "patron-blocked"
    CARD_LOST = "card-lost"
    LIMIT_REACHED = "limit-reached"
    ITEM_UNKNOWN = "item-unknown"
    ITEM_WITHDRAWN = "item-withdrawn"
    ITEM_LOST = "item-lost"
    NOT_FOR_LOAN = "not-for-loan"
    ON_LOAN_TO_ANOTHER = "on-loan-to-another"
    HELD_FOR_ANOTHER = "held-for-another"
    NOT_ON_LOAN_TO_PATRON = "not-on-loan-to-patron"
    RENEWALS_USED_UP = "renewals-used-up"
    TOO_SOON_TO_RENEW = "too-soon-to-renew"
    OVERDUE = "overdue"
    NO_RULE = "no-rule"
    PIN_WRONG = "pin-wrong"
    PIN_LOCKED = "pin-locked"
    PIN_NOT_SET = "pin-not-set"
    RULE_FAILED = "rule-failed"
    BACKEND_SILENT = "backend-silent"
