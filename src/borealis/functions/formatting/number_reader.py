"""to_number: the digits that a template's patterns find in a text.

A 9 or 0 takes one digit; what stands in place of other patterns is skipped as far as it is no part of a number.
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.functions.formatting.number_template import NumberTemplate
from borealis.functions.formatting.templates import Kind
from borealis.types import numeric

_DATA = frozenset("0123456789.,+-")
_DIGITS = "0123456789"


def read(template: NumberTemplate, text: str) -> str:
    """Return the number as numeric text, before V is accounted for. Raises 22P02, 22003."""
    if template.is_roman:
        raise FeatureNotSupported('"RN" not supported for input')
    if template.is_scientific:
        raise FeatureNotSupported('"EEEE" not supported for input')
    reader = _Reader(template, text)
    number = reader.read()
    scale = reader.decimals
    precision = template.before + template.multiplied + scale
    return numeric.apply_typmod(numeric.parse(number), numeric.typmod_of(precision, scale))


class _Reader:
    def __init__(self, template: NumberTemplate, text: str) -> None:
        self._template = template
        self._text = text
        self._at = 0
        self._sign = " "
        self._digits: list[str] = []
        self._wholes = 0
        self.decimals = 0
        self._has_point = False

    def read(self) -> str:
        for node in self._template.nodes:
            if self._at >= len(self._text):
                break
            if node.kind is not Kind.PATTERN:
                self._at += 1
            else:
                self._pattern(node.text.upper())
        digits = "".join(self._digits)
        return self._sign + (digits.removesuffix("."))

    def _here(self, offset: int = 0) -> str:
        return self._text[self._at + offset : self._at + offset + 1]

    def _pattern(self, name: str) -> None:
        match name:
            case "9" | "0" | "." | "D":
                self._digit(is_point=name in ".D")
                self._at += 1
            case "," | "G":
                if self._template.is_filled and self._here() == ",":
                    self._at += 1
            case "L":
                self._skip(1)
            case "TH":
                if not (self._template.is_roman or self._sign == "-" or self._template.has_point):
                    self._skip(2)
            case "MI":
                self._sign_pattern("-")
            case "PL":
                self._sign_pattern("+")
            case "SG":
                self._sign_pattern("+-")

    def _sign_pattern(self, signs: str) -> None:
        if self._here() in signs:
            self._sign = self._here()
            self._at += 1
        else:
            self._skip(1)

    def _skip(self, count: int) -> None:
        """Skip characters that are no part of a number."""
        while count and self._here() and self._here() not in _DATA:
            self._at += 1
            count -= 1

    def _digit(self, *, is_point: bool) -> None:
        """Take a digit or the point, and a sign before or behind; the place goes on by one more in any case."""
        template = self._template
        if self._here() == " ":
            self._at += 1
        if not self._here():
            return
        if self._sign == " " and not is_point and not self._digits_read():
            self._leading_sign()
        if not self._here():
            return
        is_read = False
        if self._here() in _DIGITS:
            if self._has_point and self.decimals == template.behind:
                return
            self._digits.append(self._here())
            if self._has_point:
                self.decimals += 1
            else:
                self._wholes += 1
            is_read = True
        elif template.has_point and not self._has_point and self._here() == ".":
            self._digits.append(".")
            self._has_point = is_read = True
        if self._sign == " " and self._digits_read():
            self._trailing_sign(is_read=is_read)

    def _digits_read(self) -> int:
        return self._wholes + self.decimals

    def _leading_sign(self) -> None:
        template, here = self._template, self._here()
        if template.sign and template.sign != "before":
            signs = "+-"
        else:
            signs = "+-<" if template.has_brackets else "+-"
        if here in signs:
            self._sign = "+" if here == "+" else "-"
            self._at += 1

    def _trailing_sign(self, *, is_read: bool) -> None:
        template = self._template
        if template.sign and is_read:
            following = self._here(1)
            if following and following in "+-":
                self._sign = following
                self._at += 1
        elif not is_read and not template.sign and (template.has_plus or template.has_minus):
            if self._here() and self._here() in "+-":
                self._sign = self._here()
