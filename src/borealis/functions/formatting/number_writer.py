"""to_char over numbers: the digits of a decimal text laid out by a template.

The number arrives rounded, without its sign. Places before its first digit are blank, or zeros behind the first 0
pattern; the sign is written where the first digit is, unless the template says where.
"""

from __future__ import annotations

from borealis.errors import InvalidTextRepresentation
from borealis.functions.formatting.names import ROMAN_WIDTH
from borealis.functions.formatting.number_template import NumberTemplate
from borealis.functions.formatting.templates import Kind, ordinal_suffix

_DIGIT_PATTERNS = frozenset(("9", "0", ".", "D"))


def overflowed(template: NumberTemplate) -> str:
    """Return what is shown of a number with more digits than the template."""
    return "#" * template.before + "." + "#" * template.behind


def write(template: NumberTemplate, number: str, *, is_negative: bool) -> str:
    """Lay out a number; what has too many digits before the point becomes #."""
    before = len(number.partition(".")[0])
    blanks = max(template.before - before, 0)
    if before > template.before:
        number = overflowed(template)
    return Writer(template, number, blanks, is_negative=is_negative).write()


def write_roman(template: NumberTemplate, number: str) -> str:
    return Writer(template, number, 0, is_negative=False).write()


class Writer:
    def __init__(self, template: NumberTemplate, number: str, blanks: int, *, is_negative: bool) -> None:
        self._template = template
        self._number = number
        self._at = 0  # in the number
        self._blanks = blanks  # places before the first digit
        self._place = 0  # in the template's digits and point
        self._in_number = False
        self._is_negative = is_negative
        self._has_brackets = template.has_brackets and (is_negative or template.is_filled)
        self._sign = template.sign
        self._is_signed = self._needs_no_sign()
        self._last = self._last_relevant()
        count = template.before + template.behind - 1 + (not self._is_signed and not blanks)
        self._end = count + bool(blanks) + template.has_point
        self._out: list[str] = []

    def _needs_no_sign(self) -> bool:
        """Whether the sign is written elsewhere, or not at all."""
        template = self._template
        if template.has_plus or template.has_minus:
            return template.has_minus
        if self._sign == "before" and template.before == template.sign_at:
            self._sign = "behind"  # an S behind all digits
        return not self._is_negative and not template.is_filled and not template.sign

    def _last_relevant(self) -> int | None:
        """With FM, return the place of the last decimal that is shown: zeros behind it are not."""
        template, number = self._template, self._number
        point = number.find(".")
        if template.is_filled or not template.has_point or point < 0:
            return None
        last = max(len(number.rstrip("0")) - 1, point)
        if template.zeros_to > self._blanks:
            last = max(last, min(len(number) - 1, template.zeros_to - self._blanks))
        return last

    def _last_is_point(self) -> bool:
        return self._last is not None and self._number[self._last] == "."

    def write(self) -> str:
        for node in self._template.nodes:
            if node.kind is not Kind.PATTERN:
                self._out.append(node.text)
            elif node.text.upper() in _DIGIT_PATTERNS:
                self._digit(is_zero=node.text == "0")
            else:
                self._out.append(self._special(node.text))
        return "".join(self._out)

    def _special(self, name: str) -> str:
        sign, fills = "-" if self._is_negative else "+", self._template.is_filled
        match name.upper():
            case "," | "G":
                return "," if self._in_number else " " if fills else ""
            case "L":
                return " "
            case "RN":
                text = self._number if not fills else self._number.rjust(ROMAN_WIDTH)
                return text if name.isupper() else text.lower()
            case "TH":
                return self._ordinal(name)
            case "MI":
                return "-" if self._is_negative else " " if fills else ""
            case "PL":
                return "+" if not self._is_negative else " " if fills else ""
            case "SG":
                return sign
        return ""

    def _ordinal(self, name: str) -> str:
        template = self._template
        if template.is_roman or self._is_negative or template.has_point or self._number.startswith("#"):
            return ""
        if not self._number[-1:].isdigit():
            raise InvalidTextRepresentation(f'"{self._number}" is not a number')
        return ordinal_suffix(self._number, name)

    def _digit(self, *, is_zero: bool) -> None:
        template = self._template
        if template.is_roman:
            return
        self._in_number = False
        if not self._is_signed and self._begins_here():
            self._write_sign()
        is_before = self._place < self._blanks
        has_begun_zeros = template.has_zeros and template.zeros_from <= self._place
        if is_before and not has_begun_zeros:
            if template.is_filled:
                self._out.append(" ")
        elif is_before:
            self._out.append("0")
            self._in_number = True
        else:
            self._write_next(is_zero=is_zero)
        end = self._place if self._last is not None and self._last == self._at else self._end
        if self._place + 1 == end:
            self._close()
        self._place += 1

    def _begins_here(self) -> bool:
        template = self._template
        is_due = self._place >= self._blanks or (template.has_zeros and template.zeros_from == self._place)
        return is_due and (not self._is_hidden_zero() or self._last_is_point())

    def _is_hidden_zero(self) -> bool:
        """The 0 of 0.5, for which 9 shows a blank."""
        template = self._template
        return (
            not template.has_zeros and self._at == 0 and self._number.startswith("0") and template.behind != 0
        )

    def _write_sign(self) -> None:
        if self._sign:
            if self._sign == "before":
                self._out.append("-" if self._is_negative else "+")
                self._is_signed = True
            return
        if self._has_brackets:
            self._out.append("<" if self._is_negative else " ")
        elif self._is_negative:
            self._out.append("-")
        elif self._template.is_filled:
            self._out.append(" ")
        self._is_signed = True

    def _write_next(self, *, is_zero: bool) -> None:
        """Write the number's next character, or leave it out."""
        if self._at >= len(self._number):
            return
        character = self._number[self._at]
        if character == ".":
            self._out.append(".")
        elif self._last is not None and self._at > self._last and not is_zero:
            pass
        elif self._is_hidden_zero():
            if self._template.is_filled:
                self._out.append(" ")
            elif self._last_is_point():
                self._out.append("0")
        else:
            self._out.append(character)
            self._in_number = True
        self._at += 1

    def _close(self) -> None:
        """Write what comes behind the last digit."""
        if self._is_signed and self._has_brackets:
            self._out.append(">" if self._is_negative else " ")
        elif self._sign == "behind":
            self._out.append("-" if self._is_negative else "+")
