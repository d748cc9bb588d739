"""Writes the two tables of this folder from the Unicode Character Database, version 16.

    pip install unicodedata2==16.0.0 && python make_tables.py
"""
import pathlib

import unicodedata2 as unicode

CATEGORIES = ["Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
              "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"]
HEAD = "// Made by make_tables.py from the Unicode Character Database %s (https://www.unicode.org/Public/). Do not edit.\n"
LAST = 0x110000


def rows(numbers):
    lines, line = [], ""
    for number in numbers:
        text = hex(number) + ","
        if len(line) + len(text) > 145:
            lines.append("    " + line)
            line = ""
        line += text
    return "\n".join(lines + ["    " + line])


def array(name, numbers):
    numbers = list(numbers)
    return f"const uint32_t {name}[] = {{\n{rows(numbers)}\n}};\nconst uint32_t {name}_COUNT = {len(numbers)};\n"


def runs(of):
    before = None
    for character in range(LAST):
        now = of(character)
        if now != before:
            yield character << 8 | now
        before = now


def decompositions():
    for character in range(LAST):
        parts = unicode.decomposition(chr(character)).split()
        if not parts or parts[0].startswith("<"):
            continue
        first, second = int(parts[0], 16), int(parts[1], 16) if len(parts) > 1 else 0
        composes = second and unicode.normalize("NFC", chr(first) + chr(second)) == chr(character)
        yield from (character | (0 if composes else 1 << 31), first, second)


def write(file, text):
    include = '#include "engine/tokenizer/unicode/tables.h"\n'
    pathlib.Path(__file__).with_name(file).write_text(HEAD % unicode.unidata_version + include + "\nnamespace llmsys {\n\n" + text + "\n}  // namespace llmsys\n")


write("category_table.cpp", array("UNICODE_CATEGORIES", runs(lambda c: CATEGORIES.index(unicode.category(chr(c))))))
write("normal_form_table.cpp", array("UNICODE_COMBINING", runs(lambda c: unicode.combining(chr(c)))) + "\n"
      + array("UNICODE_DECOMPOSITIONS", decompositions()))
