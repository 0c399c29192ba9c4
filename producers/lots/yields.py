"""What a recipe allows: how much of each unit the main inputs of a step can yield at most (rule 7).

More than that came out of nothing, or the recipe is wrong: it needs a reason and a second person (DESIGN.md §3.3).
The same arithmetic refuses a step, is asked again by `lumbung verify`, and stands in the database as a trigger.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.kernel.exact import read_exact
from producers.lots.errors import YieldUnreadable


@dataclass(frozen=True, slots=True)
class Goods:
    """A quantity in base units of `unit`, and its weight in grams."""

    unit: str
    quantity: int
    mass_g: int


@dataclass(frozen=True, slots=True)
class Excess:
    """What came out of one unit beyond the most that the recipe allows, both in that unit."""

    unit: str
    quantity: int
    most: int


def excess_of(mains: Sequence[Goods], outputs: Sequence[Goods], max_yield: str) -> Excess | None:
    """The first excess over main input × maximum yield; None where the recipe holds.

    Each unit counts in itself; inputs of unlike units count in grams. Refuses a yield that is no number above zero.
    """
    try:
        most_per_unit = read_exact(max_yield)
    except ValueError as error:
        raise YieldUnreadable(text=max_yield) from error
    if most_per_unit == 0:
        raise YieldUnreadable(text=max_yield)
    alike = len({goods.unit for goods in mains}) == 1
    most = sum(goods.quantity if alike else goods.mass_g for goods in mains) * most_per_unit
    for unit in sorted({goods.unit for goods in outputs}):
        came_out = sum(goods.quantity for goods in outputs if goods.unit == unit)
        if came_out > most:
            return Excess(unit, came_out, int(most))
    return None


_NUMERATOR = "split_part(NEW.max_yield, '/', 1)::numeric"
_DENOMINATOR = "coalesce(nullif(split_part(NEW.max_yield, '/', 2), ''), '1')::numeric"
_WENT_IN = (
    "SELECT CASE WHEN count(DISTINCT goods.unit) = 1 THEN sum(line.quantity) ELSE sum(line.mass_g) END"
    " FROM lot_step_input line JOIN lot goods ON goods.id = line.lot_id WHERE line.step_id = NEW.id"
    " AND line.role = 'main'"
)
_CONFIRMED = "SELECT 1 FROM lot_step_override why WHERE why.step_id = NEW.id AND why.approved_by IS NOT NULL"
_OUTPUTS = (
    "SELECT 1 FROM lot_step_output line JOIN lot made ON made.id = line.lot_id WHERE line.step_id = NEW.id"
    " GROUP BY made.unit HAVING sum(line.quantity)"
)
_REFUSAL = "more came out of the step than its recipe allows, and no second person confirmed it"

YIELD_SQL = {
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION lot_step_yield() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS ({_CONFIRMED})
     AND EXISTS ({_OUTPUTS} * {_DENOMINATOR} > ({_WENT_IN}) * {_NUMERATOR}) THEN
    RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER lot_step_within_yield BEFORE UPDATE OF state ON lot_step FOR EACH ROW"
        " WHEN (NEW.state = 'posted' AND OLD.state <> 'posted') EXECUTE FUNCTION lot_step_yield()",
    ],
    # SQLite counts a yield such as 0.98 in binary; the thousandth keeps it from refusing what is exactly the most.
    "sqlite": [
        "CREATE TRIGGER lot_step_within_yield BEFORE UPDATE OF state ON lot_step FOR EACH ROW"
        f" WHEN NEW.state = 'posted' AND OLD.state <> 'posted' AND NOT EXISTS ({_CONFIRMED})"
        f" AND EXISTS ({_OUTPUTS} * CASE WHEN instr(NEW.max_yield, '/')"
        " THEN CAST(substr(NEW.max_yield, instr(NEW.max_yield, '/') + 1) AS INTEGER) ELSE 1 END"
        f" > ({_WENT_IN}) * CAST(NEW.max_yield AS REAL) + 0.001)"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ],
}
"""The statements that let the database itself refuse to post such a step; migrations run the same ones."""
