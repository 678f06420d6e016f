"""Prints the characters that Unicode displays as nothing, as ranges, for `generator/characters.py`.

The data comes from Rust's regex engine, which is part of pydantic and includes the Unicode Character Database.

    .venv/bin/python tools/ignorable.py
"""

from pydantic_core import SchemaValidator, core_schema


def with_property(name: str) -> list[int]:
    """The number of every character that has a binary Unicode property."""
    one = SchemaValidator(core_schema.str_schema(pattern=rf"^\p{{{name}}}$"))
    numbers = (number for number in range(0x110000) if not 0xD800 <= number < 0xE000)
    return [number for number in numbers if one.isinstance_python(chr(number))]


def ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers, each as (first, last)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        first = found.pop()[0] if found and found[-1][1] == number - 1 else number
        found.append((first, number))
    return found


def written(numbers: list[int]) -> str:
    """The characters as a regular expression class, written with escapes."""

    def escape(number: int) -> str:
        return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

    return "".join(escape(first) + (f"-{escape(last)}" if last > first else "") for first, last in ranges(numbers))


if __name__ == "__main__":
    print(written(with_property("Default_Ignorable_Code_Point")))
