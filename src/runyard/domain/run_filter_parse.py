"""Reads the text of a run filter.

::

    filter      = [ any ]
    any         = all { "or" all }
    all         = one { [ "and" ] one }
    one         = "not" one | "(" any ")" | condition
    condition   = field ( "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) value
                | field ( "~" | "!~" ) regular-expression
                | field [ "not" ] ( "like" | "ilike" ) pattern
                | field [ "not" ] "in" "(" value { "," value } ")"
                | field [ "not" ] "between" value "and" value
                | field "is" [ "not" ] ( "null" | "empty" )
                | field ":" value { "," value }
                | ( "tag" | "property" | "param" | "metric" | "rollup" ) ":" key { "," key }
                | keyed                                     it is there
                | "has" ":" ( "children" | "parent" | "description" | … )
                | "text" [ ":" ] word
                | word                                      searched in the run's texts
    field       = name | keyed
    keyed       = ( "tag" | "property" | "param" ) "." key | "metric" "." key [ "." figure ]
                | "rollup" "." key [ "." figure ] [ "." ( "mean" | "min" | "max" | "count" ) ]
    figure      = "last" | "min" | "max" | "first" | "mean" | "count" | "last_step" | "min_step" | "max_step"
                | "step(" ( "last" | "min" | "max" ) ")"

Words of the grammar may be written in any case. A key or value in quotes may hold any character.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runyard.domain.run_filter_ast import (
    EVERYTHING,
    And,
    Comparison,
    Field,
    Filter,
    IsEmpty,
    IsNull,
    Like,
    Matches,
    Node,
    Not,
    OneOf,
    Operator,
    Or,
    Shape,
    TextSearch,
    Value,
)
from runyard.domain.run_filter_field import CONTAINING, FIGURED, KEYED, PRESENCE, find_field, keyed_field, split_figures
from runyard.domain.run_filter_scan import Scanner, Word, comparison_operator
from runyard.domain.run_filter_shape import ValueReader, unknown_field
from runyard.domain.text_pattern import like_escaped, like_parts, read_regex
from runyard.errors import InvalidArgumentError

TEXT_MAX_CHARS = 20_000
CONDITIONS_MAX = 200
DEPTH_MAX = 50
LIKE_MAX_CHARS = 1000
LIKE_MAX_ANY = 10
_TEXTUAL = (Shape.TEXT, Shape.STATUS, Shape.LABEL)
_ATTRIBUTES = frozenset({"attribute", "attributes", "attr"})


def parse(text: str, now: datetime) -> Filter:
    """Return the filter that a text stands for; an empty text lets every run through.

    ``now`` is an aware UTC instant that times such as ``-7d`` are reckoned from.

    Raises:
        InvalidArgumentError: the text cannot be read; ``details["position"]`` is the index of the character at fault.
    """
    return Filter(_Parser(text, now).parse(), now)


def parse_field(text: str) -> Field:
    """Return the field that a text names: ``created``, ``tag.x``, ``param."my key"``, ``metric.loss.min``.

    Raises:
        InvalidArgumentError: there is no such field, or more than a field.
    """
    scanner = Scanner(text)
    field = read_field(scanner)
    if not scanner.at_end():
        raise scanner.error("a field's name ends before this. Put a key with such characters in quotes.")
    return field


def read_field(scanner: Scanner) -> Field:
    """Return the field whose name is next.

    Raises:
        InvalidArgumentError: there is no such field.
    """
    scanner.skip_blanks()
    place = scanner.place
    pieces = scanner.name()
    field = field_of(pieces) if pieces else None
    if field is None:
        raise scanner.error(unknown_field(pieces[0].text if pieces else ""), place)
    return field


def field_of(pieces: list[Word]) -> Field | None:
    """Return the field that the pieces of a name stand for, None when there is none."""
    first = pieces[0]
    head, dot, rest = first.text.partition(".")
    if first.quoted or not dot:
        return find_field(first.text) if len(pieces) == 1 else None
    if head.lower() in _ATTRIBUTES:
        return find_field(rest) if len(pieces) == 1 else None
    kind = KEYED.get(head.lower())
    if kind is None:
        return None
    keys = [Word(rest, first.place + len(head) + 1), *pieces[1:]] if rest else pieces[1:]
    if not keys:
        return None
    before, end = "".join(each.text for each in keys[:-1]), keys[-1]
    if kind not in FIGURED or end.quoted:
        return keyed_field(kind, before + end.text) if before + end.text else None
    key, aggregate, roll = split_figures(kind, before, end.text)
    return keyed_field(kind, key, aggregate, roll) if key else None


class _Parser:
    def __init__(self, text: str, now: datetime) -> None:
        self.scanner = Scanner(text)
        self.values = ValueReader(self.scanner, now)
        self.depth = 0
        self.conditions = 0

    def parse(self) -> Node:
        text = self.scanner.text
        if len(text) > TEXT_MAX_CHARS:
            raise self.scanner.error(f"it is longer than {TEXT_MAX_CHARS} characters.", TEXT_MAX_CHARS)
        if "\0" in text:
            raise self.scanner.error("a NUL character cannot be searched for.", text.index("\0"))
        if self.scanner.at_end():
            return EVERYTHING
        node = self.any()
        if not self.scanner.at_end():
            stray = text[self.scanner.place]
            why = "there is no '(' for this ')'." if stray == ")" else f"{stray!r} was not expected here."
            raise self.scanner.error(why)
        return node

    def any(self) -> Node:
        parts = [self.all()]
        while self.scanner.keyword("or"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all(self) -> Node:
        parts = [self.one()]
        while not self.scanner.at_end() and not self.scanner.text.startswith((")", ","), self.scanner.place):
            if self.scanner.keyword("and"):
                parts.append(self.one())
                continue
            place = self.scanner.place
            if self.scanner.keyword("or"):
                self.scanner.place = place
                break
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise self.scanner.error(f"brackets and 'not' lie more than {DEPTH_MAX} deep in each other.")
        try:
            if self.scanner.keyword("not"):
                return Not(self.one())
            start = self.scanner.place
            if self.scanner.char("("):
                node = self.any()
                if not self.scanner.char(")"):
                    raise self.scanner.error("this '(' is never closed.", self._bracket(start))
                return node
            self.count()
            return self.condition()
        finally:
            self.depth -= 1

    def _bracket(self, start: int) -> int:
        return self.scanner.text.index("(", start)

    def condition(self) -> Node:
        scanner = self.scanner
        place = scanner.place
        pieces = scanner.name()
        if not pieces:
            raise scanner.error("a condition was expected here, such as status = Failed.")
        place = pieces[0].place
        word = pieces[0].text.lower() if len(pieces) == 1 and not pieces[0].quoted else ""
        special = self.special(word)
        if special is not None:
            return special
        field = field_of(pieces)
        if field is not None:
            found = self.after_field(field)
            if found is not None:
                return found
            if field.key is not None and scanner.symbol() is None:
                return IsNull(field, negated=True)
        if word in ("and", "or"):
            raise scanner.error(f"a condition was expected before {word!r}.", place)
        after = scanner.place
        if scanner.symbol() is not None and field is None:
            raise scanner.error(unknown_field(scanner.text[place:after]), place)
        scanner.place = after
        return self.text_search("".join(piece.text for piece in pieces), place)

    def special(self, word: str) -> Node | None:
        """Read what follows ``text``, ``has:``, ``tag:`` and the like; None when it is something else."""
        scanner = self.scanner
        place = scanner.place
        if word == "text":
            scanner.skip_blanks()
            symbol = scanner.symbol()
            scanner.skip_blanks()
            quote = scanner.text[scanner.place : scanner.place + 1]
            if symbol in (":", "=", "==", "!=", "<>") or (symbol is None and quote and quote in "\"'"):
                return self.text_search(self.values.word().text, place, negated=symbol in ("!=", "<>"))
        elif word == "has" and scanner.symbol() == ":":
            return self.each(self.presence)
        elif word in KEYED and scanner.symbol() == ":":
            return self.each(lambda key: IsNull(self.keyed(word, key), negated=True))
        scanner.place = place
        return None

    def each(self, read: Callable[[Word], Node]) -> Node:
        """Read words that commas part; with several of them one must hold."""
        nodes = [read(self.values.word())]
        while self.scanner.char(","):
            self.count()
            nodes.append(read(self.values.word()))
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def count(self) -> None:
        self.conditions += 1
        if self.conditions > CONDITIONS_MAX:
            raise self.scanner.error(f"it has more than {CONDITIONS_MAX} conditions.")

    def keyed(self, kind: str, key: Word) -> Field:
        if not key.text:
            raise self.scanner.error("a key was expected here.", key.place)
        return keyed_field(KEYED[kind], key.text)

    def presence(self, word: Word) -> Node:
        name = PRESENCE.get(word.text.lower())
        field = None if name is None else find_field(name)
        if field is None:
            raise self.scanner.error(f"has: knows {', '.join(sorted(set(PRESENCE)))}.", word.place)
        if field.name == "children":
            return Comparison(field, Operator.GT, self.values.of(field, Word("0", word.place)))
        return IsNull(field, negated=True)

    def text_search(self, text: str, place: int, *, negated: bool = False) -> Node:
        if not text.strip():
            raise self.scanner.error("there is nothing to search for in an empty text.", place)
        return TextSearch(text, negated)

    def after_field(self, field: Field) -> Node | None:
        """Read operator and value; None when no operator follows."""
        scanner = self.scanner
        before = scanner.place
        symbol = scanner.symbol()
        if symbol == ":":
            return self.each(lambda word: self.short_form(field, word))
        if symbol in ("~", "!~"):
            return self.regex(field, negated=symbol == "!~")
        operator = comparison_operator(symbol) if symbol else None
        if operator is not None:
            return self.comparison(field, operator, self.values.word(field))
        if scanner.keyword("is"):
            negated = scanner.keyword("not")
            if scanner.keyword("null"):
                return IsNull(field, negated)
            if field.shape is Shape.LABEL and scanner.keyword("empty"):
                return IsEmpty(field, negated)
            raise scanner.error("after 'is' comes 'null' or 'not null', or 'empty' for a tag. Values are compared with '='.")
        negated = scanner.keyword("not")
        for word in ("ilike", "like"):
            if scanner.keyword(word):
                return Like(self.textual(field), self.pattern(self.values.word()), word == "ilike", negated)
        if scanner.keyword("in"):
            return self.one_of(field, negated)
        if scanner.keyword("between"):
            return self.between(field, negated)
        scanner.place = before
        return None

    def textual(self, field: Field) -> Field:
        if field.shape not in _TEXTUAL:
            raise self.scanner.error(f"{field.name} is no text: compare it with =, !=, <, <=, > or >=.")
        return field

    def regex(self, field: Field, *, negated: bool) -> Node:
        self.textual(field)
        word = self.values.word()
        try:
            read_regex(word.text)
        except InvalidArgumentError as error:
            place = word.place + int(error.details.get("offset", 0)) + word.quoted
            raise self.scanner.error(error.message, place) from None
        return Matches(field, word.text, negated)

    def comparison(self, field: Field, operator: Operator, word: Word) -> Node:
        value = self.values.of(field, word)
        if field.shape is Shape.INSTANT and operator in (Operator.EQ, Operator.NE):
            day = self.values.whole_day(field, value)
            if day is not None:
                node = And((Comparison(field, Operator.GE, value), Comparison(field, Operator.LT, day)))
                return node if operator is Operator.EQ else Not(node)
        if field.shape is Shape.STATUS and operator not in (Operator.EQ, Operator.NE):
            raise self.scanner.error("a status has no order: compare it with =, != or in.", word.place)
        return Comparison(field, operator, value)

    def one_of(self, field: Field, negated: bool) -> Node:
        if field.shape in (Shape.INSTANT, Shape.DURATION):
            raise self.scanner.error(f"{field.name} cannot be compared with 'in'; use between, < or >.")
        if not self.scanner.char("("):
            raise self.scanner.error('after \'in\' comes a list in brackets, such as ("a", "b").')
        values: list[Value] = [self.values.of(field, self.values.word(field))]
        while self.scanner.char(","):
            values.append(self.values.of(field, self.values.word(field)))
        if not self.scanner.char(")"):
            raise self.scanner.error("a ',' or ')' was expected here.")
        return OneOf(field, tuple(values), negated)

    def between(self, field: Field, negated: bool) -> Node:
        low = self.comparison(field, Operator.GE, self.values.word(field))
        if not self.scanner.keyword("and"):
            raise self.scanner.error("between takes two values: between 1 and 2.")
        node = And((low, self.comparison(field, Operator.LE, self.values.word(field))))
        return Not(node) if negated else node

    def short_form(self, field: Field, word: Word) -> Node:
        """Return what ``field:word`` means: any case, ``*`` for any text; for names and descriptions the word anywhere."""
        if field.shape not in (Shape.TEXT, Shape.LABEL):
            return self.comparison(field, Operator.EQ, self.values.widened(field, word))
        pattern = "%".join(like_escaped(part) for part in word.text.split("*"))
        if field.name in CONTAINING:
            pattern = f"%{pattern}%"
        self.pattern(Word(pattern, word.place))
        return Like(field, pattern, ignore_case=True)

    def pattern(self, word: Word) -> str:
        """Return a LIKE pattern that no engine chokes on."""
        if len(word.text) > LIKE_MAX_CHARS:
            raise self.scanner.error(f"the pattern is longer than {LIKE_MAX_CHARS} characters.", word.place)
        if sum(kind == "%" for kind, _ in like_parts(word.text)) > LIKE_MAX_ANY:
            raise self.scanner.error(f"the pattern stands for any text in more than {LIKE_MAX_ANY} places.", word.place)
        return word.text
