"""What is refused of delivery slips, each with a sentence that says what to do."""

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import Conflict, Invalid, NotAllowed


class SlipEmpty(Invalid):
    """A slip without material, pieces or money says nothing."""

    code = "delivery_slip_empty"
    message = _l("Nothing is on this slip yet. Enter material, pieces or money.")


class MaterialNotChosen(Invalid):
    """Material that goes out comes from a lot."""

    code = "delivery_material_not_chosen"
    message = _l("Choose which material goes out.")


class WorkNotChosen(Invalid):
    """Pieces are paid by a decided rate."""

    code = "delivery_work_not_chosen"
    message = _l("Choose the kind of work, so that its rate can be used.")


class RateNotDecided(Invalid):
    """A rate that no meeting decided pays nobody."""

    code = "delivery_rate_not_decided"
    message = _l("No meeting has decided a rate for this work yet. A manager records the decision first.")


class NotOnPaper(Conflict):
    """A slip without pieces has nothing to weigh."""

    code = "delivery_nothing_to_weigh"
    message = _l("No pieces are on this slip, so there is nothing to weigh.")


class WeighedAlready(Conflict):
    """The pieces of a slip are weighed once."""

    code = "delivery_weighed_already"
    message = _l("The pieces of this slip have been weighed already.")


class MorePiecesThanDelivered(Invalid):
    """What is judged good lies within what was handed over."""

    code = "delivery_more_than_delivered"
    message = _l("Only %(delivered)s pieces are on this slip. Count again.")


class SlipVoided(Conflict):
    """Nothing more happens to a slip that is void."""

    code = "delivery_slip_void"
    message = _l("This slip is void. Write a new one for what is right.")


class NoMoneyOnSlip(Conflict):
    """There is no money to say anything about."""

    code = "delivery_no_money"
    message = _l("No money is on this slip.")


class AnsweredAlready(Conflict):
    """The same word twice."""

    code = "delivery_answered_already"
    message = _l("You have confirmed this money already.")


class ContestStands(Conflict):
    """A contest ends by the member's withdrawal."""

    code = "delivery_contest_stands"
    message = _l("You have said that this amount is wrong. Withdraw that first.")


class NoContest(Conflict):
    """There is no contest to end."""

    code = "delivery_no_contest"
    message = _l("There is nothing to withdraw.")


class CountedAlready(Conflict):
    """Money that a payslip has counted is contested there."""

    code = "delivery_counted_already"
    message = _l("This money is part of a payslip by now. Say on the payslip that its amount is wrong.")


class NotHerSlip(NotAllowed):
    """Only the payee can say what she received."""

    code = "delivery_not_the_payee"
    message = _l("Only the member the slip is for can confirm or contest it.")


class NoteFinished(Conflict):
    """Work is finished once."""

    code = "work_note_finished"
    message = _l("This work is finished already.")
