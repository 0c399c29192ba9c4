"""What is refused of lots and steps, each with a sentence that says what to do."""

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import Conflict, Invalid


class LotNumberTaken(Conflict):
    """Two lots of one cooperative cannot share a number."""

    code = "lot_number_taken"
    message = _l("Lot %(number)s exists already. Choose another number, or leave it empty to get the next one.")


class NotABaseUnit(Invalid):
    """A lot is counted in grams or pieces."""

    code = "not_a_base_unit"
    message = _l("A lot is counted in grams or pieces. Convert %(unit)s first.")


class QuantityNotPositive(Invalid):
    """What moves is more than nothing."""

    code = "quantity_not_positive"
    message = _l("The quantity must be more than zero. Enter what was weighed or counted.")


class NotEnough(Conflict):
    """More is asked for than lies there."""

    code = "not_enough"
    message = _l("Lot %(number)s has %(left)s left in the store, and %(asked)s were asked for. Enter less.")


class NotEnoughAtHome(Conflict):
    """More is asked for than a home holds."""

    code = "not_enough_at_home"
    message = _l("Member %(member)s holds %(left)s of lot %(number)s, and %(asked)s were asked for. Enter less.")


class Listed(Conflict):
    """What stands in the shop is promised to buyers."""

    code = "listed_in_shop"
    message = _l("%(listed)s of lot %(number)s are listed in the shop. Withdraw them from sale first.")


class OnHold(Conflict):
    """A lot under question moves nowhere."""

    code = "lot_on_hold"
    message = _l("Lot %(number)s is on hold. Clear the question about it first.")


class UnlikeMass(Invalid):
    """A lot kept in grams weighs what it weighs."""

    code = "mass_unlike_quantity"
    message = _l("Lot %(number)s is kept in grams: enter %(quantity)s as its weight, too.")


class MassMissing(Invalid):
    """Pieces are weighed when they go through a step."""

    code = "mass_missing"
    message = _l("Weigh the pieces of lot %(number)s and enter the grams.")


class MassNotBalanced(Invalid):
    """What went in must come out or be lost."""

    code = "mass_not_balanced"
    message = _l(
        "%(in_g)s g went in, but output and loss come to %(out_g)s g. Weigh again, or enter the difference as loss."
    )


class YieldTooHigh(Invalid):
    """More came out than the recipe allows."""

    code = "yield_too_high"
    message = _l(
        "%(quantity)s came out, but the recipe allows %(most)s at most. Count again, correct the recipe, or give the"
        " reason below."
    )


class ExcessNotConfirmed(Conflict):
    """More than the recipe allows takes a second person who says that she has looked."""

    code = "excess_not_confirmed"
    message = _l(
        "%(quantity)s came out, but the recipe allows %(most)s at most. Look at the goods, then tick that you confirm"
        " it."
    )


class YieldUnreadable(Invalid):
    """A recipe's maximum yield is a number above zero."""

    code = "yield_unreadable"
    message = _l("%(text)s is not a yield. Enter a number above zero, for example 0.98 or 1/170.")


class StepWithoutMain(Invalid):
    """A step works on something and makes something."""

    code = "step_without_main"
    message = _l("A step needs at least one main input and one output. Enter what went in and what came out.")


class ForeignLot(Invalid):
    """A step stays within one cooperative."""

    code = "foreign_lot"
    message = _l("Lot %(number)s belongs to another cooperative. Choose one of your own.")


class PricesForAllOrNone(Invalid):
    """Joint products share cost by the price list of the day."""

    code = "prices_for_all_or_none"
    message = _l("The outputs are different products. Enter the list price of each one.")


class StepNotOpen(Conflict):
    """A step is posted once."""

    code = "step_not_open"
    message = _l("This step is closed already. What went wrong is put right by a new step.")


class CostStands(Conflict):
    """A declared cost is typed in once, before anything is taken from the lot."""

    code = "cost_stands"
    message = _l("Lot %(number)s has a cost, or something was taken from it already. Its cost cannot be typed in now.")


class CostNegative(Invalid):
    """A cost is nothing or more."""

    code = "cost_negative"
    message = _l("A cost is zero or more. Correct the amount for %(purpose)s.")


class CostMissing(Invalid):
    """A declared cost is something."""

    code = "cost_missing"
    message = _l("Enter what the goods cost: at least one amount above zero.")


class WithoutCost(Conflict):
    """A lot whose cost nobody knows."""

    code = "lot_without_cost"
    message = _l("Lot %(number)s has no cost yet. Enter what it cost first; it will read as declared.")
