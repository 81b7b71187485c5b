"""A number's template, cut and checked: how many digits before and behind the point, and the forms it asks for.

Source: PostgreSQL 16 documentation, tables 9.29 and 9.30.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from borealis.errors import SyntaxError_
from borealis.functions.formatting.templates import Kind, Node, by_first_character, cut

_UPPER = [
    ",",
    ".",
    "0",
    "9",
    "B",
    "C",
    "D",
    "EEEE",
    "FM",
    "G",
    "L",
    "MI",
    "PL",
    "PR",
    "RN",
    "SG",
    "SP",
    "S",
    "TH",
    "V",
]
_NAMES = by_first_character([*_UPPER, *(name.lower() for name in _UPPER if name.isalpha())])


@dataclass(slots=True)
class NumberTemplate:
    nodes: tuple[Node, ...] = ()
    before: int = 0  # digits before the point
    behind: int = 0
    multiplied: int = 0  # digits behind V
    zeros_from: int = 0  # the place of the first 0 pattern
    zeros_to: int = 0
    has_zeros: bool = False
    is_blank: bool = False  # B
    has_point: bool = False
    is_filled: bool = True  # without FM
    sign: str = ""  # S: where it is written, "before" or "behind"
    sign_at: int = 0  # digits before an S
    has_minus: bool = False  # MI or SG
    has_plus: bool = False  # PL or SG
    has_brackets: bool = False  # PR
    is_roman: bool = False
    has_multiplier: bool = False  # V
    is_scientific: bool = False


def _wrong(message: str, detail: str | None = None) -> SyntaxError_:
    return SyntaxError_(message, detail=detail)


@lru_cache(maxsize=256)
def number_template(template: str) -> NumberTemplate:
    """Raises: SyntaxError_ 42601 for patterns that do not go together."""
    found = NumberTemplate(cut(template, _NAMES, has_affixes=False))
    for node in found.nodes:
        if node.kind is Kind.PATTERN:
            _add(found, node.text.upper())
    return found


def _add(template: NumberTemplate, name: str) -> None:
    if template.is_scientific and name != "EEEE":
        raise _wrong('"EEEE" must be the last pattern used')
    match name:
        case "9" | "0":
            _add_digit(template, name)
        case "B":
            template.is_blank = not (template.before or template.behind or template.has_zeros)
        case "D" | ".":
            if template.has_point:
                raise _wrong("multiple decimal points")
            if template.has_multiplier:
                raise _wrong('cannot use "V" and decimal point together')
            template.has_point = True
        case "FM":
            template.is_filled = False
        case "V":
            if template.has_point:
                raise _wrong('cannot use "V" and decimal point together')
            template.has_multiplier = True
        case "RN":
            template.is_roman = True
        case "EEEE":
            _add_exponent(template)
        case "S" | "MI" | "PL" | "SG" | "PR":
            _add_sign(template, name)


def _add_digit(template: NumberTemplate, name: str) -> None:
    if template.has_brackets:
        raise _wrong(f'"{name}" must be ahead of "PR"')
    if name == "9" and template.has_multiplier:
        template.multiplied += 1
        return
    if name == "0" and not template.has_zeros and not template.has_point:
        template.has_zeros = True
        template.zeros_from = template.before
    if template.has_point:
        template.behind += 1
    else:
        template.before += 1
    if name == "0":
        template.zeros_to = template.before + template.behind


def _add_sign(template: NumberTemplate, name: str) -> None:
    if name != "PR" and template.sign:
        raise _wrong('cannot use "S" twice' if name == "S" else f'cannot use "S" and "{name}" together')
    match name:
        case "S":
            if template.has_plus or template.has_minus or template.has_brackets:
                raise _wrong('cannot use "S" and "PL"/"MI"/"SG"/"PR" together')
            template.sign = "behind" if template.has_point else "before"
            template.sign_at = template.before
        case "MI":
            template.has_minus = True
        case "PL":
            template.has_plus = True
        case "SG":
            template.has_minus = template.has_plus = True
        case "PR":
            if template.sign or template.has_plus or template.has_minus:
                raise _wrong('cannot use "PR" and "S"/"PL"/"MI"/"SG" together')
            template.has_brackets = True


def _add_exponent(template: NumberTemplate) -> None:
    if template.is_scientific:
        raise _wrong('cannot use "EEEE" twice')
    if (
        template.is_blank
        or not template.is_filled
        or template.sign
        or template.has_brackets
        or template.has_minus
        or template.has_plus
        or template.is_roman
        or template.has_multiplier
    ):
        raise _wrong(
            '"EEEE" is incompatible with other formats',
            '"EEEE" may only be used together with digit and decimal point patterns.',
        )
    template.is_scientific = True
