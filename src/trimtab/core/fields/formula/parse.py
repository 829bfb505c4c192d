"""Tokens to a tree, from the loosest operator to the tightest: or, and, not, comparison, + -, * /, minus."""

from trimtab.core.fields.formula.lex import Token, tokens
from trimtab.core.fields.formula.nodes import FormulaProblem, Node

MOST_PIECES = 200
DEEPEST = 40
_COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
_WORDS = {"and", "or", "not", "true", "false", "none"}


def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaProblem."""
    reader = _Reader(list(tokens(text)))
    if reader.now.kind == "end":
        raise FormulaProblem("The formula is empty: write what the field is computed of, as in benefit / effort.", 0)
    tree = reader.either(0)
    reader.end()
    return tree


class _Reader:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._pieces = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._at]

    def end(self) -> None:
        if self.now.kind != "end":
            raise self._unexpected()

    def either(self, depth: int) -> Node:
        left = self.both(depth)
        while self._word("or"):
            left = self._binary("or", left, self.both(depth))
        return left

    def both(self, depth: int) -> Node:
        left = self.negated(depth)
        while self._word("and"):
            left = self._binary("and", left, self.negated(depth))
        return left

    def negated(self, depth: int) -> Node:
        at = self.now.position
        if self._word("not"):
            return self._over("not", at, self.negated(self._deeper(depth)))
        return self.compared(depth)

    def compared(self, depth: int) -> Node:
        left = self.added(depth)
        if self.now.kind == "sign" and self.now.text in _COMPARISONS:
            sign = self._take().text
            left = self._binary(sign, left, self.added(depth))
            if self.now.kind == "sign" and self.now.text in _COMPARISONS:
                raise self._refuse("Compare two things at a time: write a < b and b < c.")
        return left

    def added(self, depth: int) -> Node:
        left = self.multiplied(depth)
        while self.now.kind == "sign" and self.now.text in "+-":
            sign = self._take().text
            left = self._binary(sign, left, self.multiplied(depth))
        return left

    def multiplied(self, depth: int) -> Node:
        left = self.signed(depth)
        while self.now.kind == "sign" and self.now.text in "*/":
            sign = self._take().text
            left = self._binary(sign, left, self.signed(depth))
        return left

    def signed(self, depth: int) -> Node:
        at = self.now.position
        if self._sign("-"):
            return self._over("minus", at, self.signed(self._deeper(depth)))
        return self.single(depth)

    def single(self, depth: int) -> Node:
        token = self.now
        if self._sign("("):
            inside = self.either(self._deeper(depth))
            self._close(token)
            return inside
        if token.kind in {"number", "text"}:
            self._take()
            return self._node(token.kind, token.position, token.length, token.text)
        if token.kind == "name":
            return self._name(depth)
        raise self._unexpected()

    def _name(self, depth: int) -> Node:
        token = self._take()
        word = token.text.lower()
        if not token.bracketed and self.now.kind == "sign" and self.now.text == "(":
            return self._call(token, word, depth)
        if not token.bracketed and word in {"true", "false"}:
            return self._node("bool", token.position, token.length, word == "true")
        if not token.bracketed and word == "none":
            return self._node("none", token.position, token.length)
        if not token.bracketed and word in _WORDS:
            raise FormulaProblem(f"Something is missing before “{token.text}”.", token.position, token.length)
        if not token.text:
            raise FormulaProblem("Name a field between [ and ].", token.position, token.length)
        return self._node("name", token.position, token.length, token.text)

    def _call(self, token: Token, word: str, depth: int) -> Node:
        opening, args = self._take(), []
        inner = self._deeper(depth)
        if not (self.now.kind == "sign" and self.now.text == ")"):
            args.append(self.either(inner))
            while self._sign(","):
                args.append(self.either(inner))
        self._close(opening)
        return self._node("call", token.position, token.length, word, tuple(args))

    def _close(self, opening: Token) -> None:
        if not self._sign(")"):
            if self.now.kind == "end":
                raise FormulaProblem("This ( is never closed: add ).", opening.position)
            raise self._unexpected()

    def _deeper(self, depth: int) -> int:
        if depth >= DEEPEST:
            raise self._refuse(f"This is more than {DEEPEST} deep: make a field of its own of the inner part.")
        return depth + 1

    def _over(self, op: str, at: int, arg: Node) -> Node:
        return self._node(op, at, arg.position + arg.length - at, None, (arg,))

    def _binary(self, op: str, left: Node, right: Node) -> Node:
        return self._node(op, left.position, right.position + right.length - left.position, None, (left, right))

    def _node(self, op: str, at: int, length: int, value: object = None, args: tuple[Node, ...] = ()) -> Node:
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise FormulaProblem(f"A formula has at most {MOST_PIECES} pieces: make two fields of it.", at, length)
        return Node(op, at, length, value, args)

    def _take(self) -> Token:
        token = self.now
        self._at += 1
        return token

    def _sign(self, sign: str) -> bool:
        if self.now.kind == "sign" and self.now.text == sign:
            self._at += 1
            return True
        return False

    def _word(self, word: str) -> bool:
        if self.now.kind == "name" and not self.now.bracketed and self.now.text.lower() == word:
            self._at += 1
            return True
        return False

    def _refuse(self, message: str) -> FormulaProblem:
        return FormulaProblem(message, self.now.position, max(1, self.now.length))

    def _unexpected(self) -> FormulaProblem:
        if self.now.kind == "end":
            return self._refuse("The formula breaks off here: a value is missing.")
        if self.now.kind == "sign" and self.now.text == ")":
            return self._refuse("A value is missing before this ), or there is no ( for it.")
        if self.now.kind == "sign":
            return self._refuse(f"A value is missing before “{self.now.text}”.")
        return self._refuse(f"There is no operator before “{self.now.text}”: put + - * / or a comma between.")
