"""Small programs on vectors, written as formulas; `machine_code` makes them run.

Why beside `compiled`: numba's import and first kernel cost a process a second, and its compiler does not put several
channels into one register. Here a program is emitted once, through LLVM's public interface alone, in a fraction of
a second.

A program is a Python function that is run once, with symbols in place of numbers::

    @vector_program(POINTER, INDEX)
    def doubled(code: Code, values: Symbol, count: Symbol) -> None:
        with code.loop(0, count) as index:
            code.store(values, index, code.load(FLOATS, values, index) * 2.0)

Conventions
-----------
- Arithmetic is strict: nothing is reordered. `Symbol.times_plus` alone rounds once instead of twice where the
  processor has an instruction for it: results are equal on one type of processor.
- Nothing is checked: the caller gives memory of the right size. Vectors may lie at any address.
- A call lets other threads run, unless the program is `brief`.

A kernel of `compiled` may call a program too, by its name, with arrays, integers and numbers for its arguments: it is
then emitted into that kernel, where the call costs what a call in C costs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "BYTE",
    "DOUBLES",
    "FLOAT",
    "FLOATS",
    "INDEX",
    "LANES",
    "POINTER",
    "REAL",
    "SHORT",
    "WORD",
    "WORDS",
    "Code",
    "Symbol",
    "Variable",
    "VectorProgram",
    "vector_program",
]

LANES = 8
"""Values in a vector."""

FLOATS, DOUBLES, WORDS = "<8 x float>", "<8 x double>", "<8 x i32>"
FLOAT, REAL = "float", "double"
INDEX, WORD, SHORT, BYTE = "i64", "i32", "i16", "i8"
POINTER = "ptr"

_TRUTHS = "<8 x i1>"


@dataclass(frozen=True)
class VectorProgram:
    """A program before it is emitted: what `vector_program` makes."""

    name: str
    kinds: tuple[str, ...]
    """Of the arguments: `POINTER`, `INDEX`, `WORD` or `REAL`."""
    write: Callable[..., Symbol | None]
    gives: str = ""
    """Kind of the value that it returns; empty for none."""
    brief: bool = False
    """It takes less time than giving Python's lock away, and getting it back, would."""

    def __call__(self, *_arguments: Any) -> None:
        """In a kernel: run. Anywhere else there is nothing to run yet."""
        raise TypeError(f"{self.name} runs within kernels; elsewhere, ask `emitted` for it")

    def for_kernels(self, numba: Any) -> Any:
        """The program as a function that numba's kernels may call (see `compiled`)."""
        ir = numba.core.cgutils.ir  # llvmlite's, as numba itself writes with it
        types = numba.types
        wanted = {POINTER: types.Array, INDEX: types.Integer, REAL: types.Float}

        def typed(_typing: Any, *given: Any) -> Any:
            if len(given) != len(self.kinds) or not all(
                isinstance(each, wanted[kind]) for each, kind in zip(given, self.kinds, strict=True)
            ):
                raise numba.errors.TypingError(f"{self.name} takes {self.kinds}, not {given}")
            return types.void(types.StarArgTuple(given)), generate

        def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            code = builder.module.globals.get(self.name)
            if code is None:
                written = Code(ir, builder.module, self)
                self.write(written, *written.arguments)
                written.builder.ret_void()
                code = written.function
                code.linkage = "internal"
            (arguments,) = given
            passed = [
                _passed(numba, ir, context, builder, kind, type_, builder.extract_value(arguments, index))
                for index, (kind, type_) in enumerate(zip(self.kinds, signature.args[0], strict=True))
            ]
            builder.call(code, passed)
            return context.get_dummy_value()

        typed.__name__ = self.name
        return numba.extending.intrinsic(typed)


def _passed(numba: Any, ir: Any, context: Any, builder: Any, kind: str, type_: Any, value: Any) -> Any:
    """What a program is given for an argument of a kernel: the address of an array, or the number."""
    if kind == POINTER:
        array = numba.np.arrayobj.make_array(type_)(context, builder, value)
        return builder.bitcast(array.data, ir.PointerType())
    return context.cast(builder, value, type_, numba.types.intp if kind == INDEX else numba.types.float64)


class Symbol:
    """A value that will be there when the program runs: a number, a vector, or an address."""

    def __init__(self, code: Code, llvm: Any) -> None:
        self._code = code
        self.llvm = llvm

    @property
    def kind(self) -> str:
        """``"float"``, ``"<8 x double>"``, ``"i64"`` ..."""
        return str(self.llvm.type)

    def __add__(self, other: Symbol | float) -> Symbol:
        return self._code.calculate("add", self, other)

    def __sub__(self, other: Symbol | float) -> Symbol:
        return self._code.calculate("sub", self, other)

    def __mul__(self, other: Symbol | float) -> Symbol:
        return self._code.calculate("mul", self, other)

    def __and__(self, other: Symbol | int) -> Symbol:
        return self._code.calculate("and_", self, other)

    def __lshift__(self, other: int) -> Symbol:
        return self._code.calculate("shl", self, other)

    def __rshift__(self, other: Symbol | int) -> Symbol:
        return self._code.calculate("lshr", self, other)

    def __rmul__(self, other: float) -> Symbol:
        return self * other

    def __lt__(self, other: Symbol | float) -> Symbol:
        return self._code.compare("<", self, other)

    def __gt__(self, other: Symbol | float) -> Symbol:
        return self._code.compare(">", self, other)

    def times_plus(self, factor: Symbol, summand: Symbol) -> Symbol:
        """``self * factor + summand``, fused where the processor can."""
        return self._code.intrinsic("llvm.fmuladd", self, factor, summand)

    def magnitude(self) -> Symbol:
        """The absolute value."""
        return self._code.intrinsic("llvm.fabs", self)

    def larger(self, other: Symbol) -> Symbol:
        """The larger of two, neither of which is NaN."""
        return (self > other).choose(self, other)

    def choose(self, where_true: Symbol, where_false: Symbol | float) -> Symbol:
        """One of two values, lane by lane, by a comparison."""
        other = self._code.constant(where_true.kind, where_false)
        return Symbol(self._code, self._code.builder.select(self.llvm, where_true.llvm, other.llvm))

    def cast(self, kind: str) -> Symbol:
        """The same number as another kind. Bytes are unsigned, other integers signed; eight truths become one byte.

        A real number becomes an integer by dropping what is behind the point.
        """
        return self._code.convert(self, kind)


class Variable:
    """A place in the program whose value changes; registers, once emitted."""

    def __init__(self, code: Code, kind: str) -> None:
        self._code = code
        self._kind = kind
        with code.builder.goto_entry_block():  # where LLVM turns places into registers
            self._place = code.builder.alloca(code.type_of(kind))

    @property
    def value(self) -> Symbol:
        """What it holds at this point of the program."""
        return Symbol(self._code, self._code.builder.load(self._place, typ=self._code.type_of(self._kind)))

    @value.setter
    def value(self, value: Symbol | float) -> None:
        self._code.builder.store(self._code.constant(self._kind, value).llvm, self._place)


class Code:
    """One program while it is written. Memory behind one pointer must not be reached through another."""

    def __init__(self, ir: Any, module: Any, program: VectorProgram) -> None:
        self._ir = ir
        self._module = module
        gives = self.type_of(program.gives) if program.gives else ir.VoidType()
        function_type = ir.FunctionType(gives, [self.type_of(kind) for kind in program.kinds])
        self.function = function = ir.Function(module, function_type, program.name)
        function.attributes.add("noinline")  # a program called by several is compiled once
        for kind, argument in zip(program.kinds, function.args, strict=True):
            if kind == POINTER:
                argument.add_attribute("noalias")
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.arguments = tuple(Symbol(self, argument) for argument in function.args)

    def type_of(self, kind: str) -> Any:
        """LLVM's type of that name."""
        ir = self._ir
        scalars = {FLOAT: ir.FloatType(), REAL: ir.DoubleType(), POINTER: ir.PointerType()}
        if kind in scalars:
            return scalars[kind]
        if kind.startswith("<"):
            return ir.VectorType(self.type_of(kind[5:-1]), LANES)
        return ir.IntType(int(kind[1:]))

    def constant(self, kind: str, value: Symbol | float) -> Symbol:
        """A number as a symbol of that kind, in every lane; a symbol remains what it is."""
        if isinstance(value, Symbol):
            return value
        number = float(value) if _is_real(kind) else int(value)
        if kind.startswith("<"):
            return Symbol(self, self._ir.Constant(self.type_of(kind), [number] * LANES))
        return Symbol(self, self._ir.Constant(self.type_of(kind), number))

    def variable(self, kind: str, value: Symbol | float) -> Variable:
        """A variable and its first value."""
        made = Variable(self, kind)
        made.value = self.constant(kind, value)
        return made

    def calculate(self, name: str, left: Symbol, right: Symbol | float) -> Symbol:
        """Arithmetic of two values of one kind."""
        other = self.constant(left.kind, right)
        make = getattr(self.builder, f"f{name}" if _is_real(left.kind) else name)
        return Symbol(self, make(left.llvm, other.llvm))

    def compare(self, sign: str, left: Symbol, right: Symbol | float) -> Symbol:
        """A truth, or eight; never true of NaN."""
        other = self.constant(left.kind, right)
        make = self.builder.fcmp_ordered if _is_real(left.kind) else self.builder.icmp_signed
        return Symbol(self, make(sign, left.llvm, other.llvm))

    def intrinsic(self, name: str, *operands: Symbol) -> Symbol:
        """One of LLVM's own functions on values of one kind."""
        kind = operands[0].llvm.type
        function_type = self._ir.FunctionType(kind, [kind] * len(operands))
        suffix = {FLOATS: "v8f32", DOUBLES: "v8f64", FLOAT: "f32", REAL: "f64"}[operands[0].kind]
        function = self._module.globals.get(f"{name}.{suffix}") or self._ir.Function(
            self._module, function_type, f"{name}.{suffix}"
        )
        return Symbol(self, self.builder.call(function, [operand.llvm for operand in operands]))

    def convert(self, value: Symbol, kind: str) -> Symbol:
        """See `Symbol.cast`."""
        if value.kind == kind:
            return value
        target, builder = self.type_of(kind), self.builder
        if value.kind == _TRUTHS:
            return Symbol(self, builder.bitcast(value.llvm, target))
        from_real, to_real = _is_real(value.kind), _is_real(kind)
        if from_real and to_real:
            make = builder.fpext if "double" in kind else builder.fptrunc
        elif to_real:
            make = builder.sitofp
        elif from_real:
            make = builder.fptosi
        else:
            make = builder.zext if "i8" in value.kind else builder.sext
        return Symbol(self, make(value.llvm, target))

    def reinterpret(self, value: Symbol, kind: str) -> Symbol:
        """The same bits as another kind of the same size."""
        return Symbol(self, self.builder.bitcast(value.llvm, self.type_of(kind)))

    def reciprocal(self, value: Symbol) -> Symbol:
        """One divided by a real number."""
        return Symbol(self, self.builder.fdiv(self.constant(value.kind, 1.0).llvm, value.llvm))

    def spread(self, value: Symbol) -> Symbol:
        """A vector with one number in every lane."""
        vector_type = self._ir.VectorType(value.llvm.type, LANES)
        undefined = self._ir.Constant(vector_type, self._ir.Undefined)
        first = self.builder.insert_element(undefined, value.llvm, self._ir.Constant(self.type_of(WORD), 0))
        zeros = self._ir.Constant(self._ir.VectorType(self.type_of(WORD), LANES), [0] * LANES)
        return Symbol(self, self.builder.shuffle_vector(first, undefined, zeros))

    def vector(self, values: Sequence[Symbol]) -> Symbol:
        """Eight numbers side by side."""
        made = self._ir.Constant(self._ir.VectorType(values[0].llvm.type, LANES), self._ir.Undefined)
        for index, value in enumerate(values):
            made = self.builder.insert_element(made, value.llvm, self._ir.Constant(self.type_of(WORD), index))
        return Symbol(self, made)

    def lane(self, vector: Symbol, index: Symbol | int) -> Symbol:
        """One number of a vector."""
        return Symbol(self, self.builder.extract_element(vector.llvm, self.constant(INDEX, index).llvm))

    def largest(self, vector: Symbol) -> Symbol:
        """The largest number of a vector."""
        values = [self.lane(vector, index) for index in range(LANES)]
        while len(values) > 1:
            values = [one.larger(two) for one, two in zip(values[::2], values[1::2], strict=True)]
        return values[0]

    def place(self, kind: str, memory: Symbol, index: Symbol | int) -> Symbol:
        """The address of the value number `index` of that kind, counted from `memory`."""
        position = self.constant(INDEX, index).llvm
        return Symbol(self, self.builder.gep(memory.llvm, [position], source_etype=self.type_of(kind)))

    def load(self, kind: str, memory: Symbol, index: Symbol | int) -> Symbol:
        """The value number `index` of that kind in memory."""
        place = self.place(kind, memory, index).llvm
        return Symbol(self, self.builder.load(place, align=1, typ=self.type_of(kind)))

    def store(self, memory: Symbol, index: Symbol | int, value: Symbol) -> None:
        """Put a value into memory."""
        self.builder.store(value.llvm, self.place(value.kind, memory, index).llvm, align=1)

    def address(self, number: Symbol) -> Symbol:
        """A number from memory as the address that it is."""
        return Symbol(self, self.builder.inttoptr(number.llvm, self.type_of(POINTER)))

    def call(self, program: VectorProgram, *arguments: Symbol) -> None:
        """Run another program, which stands before this one in `emitted`."""
        self.builder.call(self._module.globals[program.name], [argument.llvm for argument in arguments])

    def call_at(self, number: Symbol, *arguments: Symbol, gives: str = "") -> Symbol:
        """Run the function of C whose address is a number from memory; what it returned."""
        ir = self._ir
        result = self.type_of(gives) if gives else ir.VoidType()
        function_type = ir.FunctionType(result, [argument.llvm.type for argument in arguments])
        function = self.builder.inttoptr(number.llvm, function_type.as_pointer())
        return Symbol(self, self.builder.call(function, [argument.llvm for argument in arguments]))

    @contextlib.contextmanager
    def loop(self, begin: Symbol | int, end: Symbol | int) -> Iterator[Symbol]:
        """The statements within, for each index from `begin` to before `end`."""
        builder = self.builder
        index = self.variable(INDEX, begin)
        test, body, after = (builder.append_basic_block(name) for name in ("test", "loop", "after"))
        builder.branch(test)
        builder.position_at_end(test)
        current = index.value
        builder.cbranch((current < end).llvm, body, after)
        builder.position_at_end(body)
        yield current
        index.value = current + 1
        builder.branch(test)
        builder.position_at_end(after)

    @contextlib.contextmanager
    def when(self, condition: Symbol) -> Iterator[None]:
        """The statements within, where the condition holds."""
        with self.builder.if_then(condition.llvm):
            yield


def _is_real(kind: str) -> bool:
    return FLOAT in kind or REAL in kind


def vector_program(
    *kinds: str, gives: str = "", brief: bool = False
) -> Callable[[Callable[..., Symbol | None]], VectorProgram]:
    """Decorator: a function that writes a program into a `Code`, given symbols of these kinds as its arguments.

    It may return the symbol of a value of the kind `gives`, which the program then returns. A `brief` one keeps other
    threads waiting.
    """
    return lambda write: VectorProgram(write.__name__, kinds, write, gives, brief)
