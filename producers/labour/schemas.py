"""What may be typed in about a step; its rows of goods, work and costs are read by `step_form`."""

from marketplace.config import STEP_TEXT_MAX, TEXT_CHARACTERS_MAX
from marketplace.kernel.forms import Form, PastDay, Text


class StepHead(Form):
    """What a step is called, when and where it was done, the most its recipe yields, and why more came out."""

    name = Text(required=True, max=STEP_TEXT_MAX)
    craft = Text(load_default="", max=40)
    worked_on = PastDay(required=True)
    district = Text(load_default=None, max=80)
    max_yield = Text(required=True, max=24)
    override_reason = Text(load_default="", max=TEXT_CHARACTERS_MAX)
