"""Arrow columns as their roles ask for them: types that pass, are cast, are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import types as t

from xentcli.errors import InputError
from xentcli.layout.schema import Column, Kind, Role
from xentcli.numerics import from_arrow, to_arrow
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def column_of(field: pa.Field) -> Column:
    """What the layout needs to know of an Arrow field."""
    type_ = unwrapped(field.type)
    size = type_.list_size if t.is_fixed_size_list(type_) else None
    return Column(field.name, kind_of(type_), str(type_), size)


def kind_of(type_: pa.DataType) -> Kind:
    """What a column of this type holds.

    >>> kind_of(pa.decimal128(5, 2)), kind_of(pa.timestamp("s"))
    (<Kind.NUMBER: 'number'>, <Kind.OTHER: 'other'>)
    """
    plain = _plain(type_)
    for kind, is_it in _KINDS.items():
        if is_it(plain):
            return kind
    return Kind.OTHER


def unwrapped(type_: pa.DataType) -> pa.DataType:
    """The storage type of an extension type, any other type itself."""
    while isinstance(type_, pa.BaseExtensionType):
        type_ = type_.storage_type
    return type_


def refuse_twins(schema: pa.Schema, name: str) -> None:
    """Raises `InputError` (naming the file `name`) where two columns have one name."""
    for column in schema.names:
        if len(schema.get_all_field_indices(column)) > 1:
            raise InputError(f"{name}: two columns are named '{shown(column, limit=60)}'")


def check_roles(schema: pa.Schema, roles: Mapping[str, Role], name: str) -> None:
    """Raises `InputError` (naming the file `name`) for a column that cannot have its role."""
    for column, role in roles.items():
        type_ = unwrapped(schema.field(column).type)
        if target_type(type_, role) is None:
            raise InputError(
                f"{name}: column '{shown(column)}' holds {shown(str(type_))}, {_REFUSALS[role]}"
            )


def target_type(type_: pa.DataType, role: Role) -> pa.DataType | None:
    """The type in which a column of `type_` is delivered for `role`; None where it cannot be.

    Numbers that numpy lacks (decimals, halves) widen to float64 or float32, dictionaries of
    numbers are unpacked, views and bytes become plain text. Text never becomes a number.
    """
    return _TARGETS[role](type_)


def conformed(array: pa.Array, role: Role) -> pa.Array:
    """The array in its `target_type`. Raises `pyarrow.ArrowInvalid`, for bytes that are no text."""
    while isinstance(array, pa.ExtensionArray):
        array = array.storage
    target = target_type(array.type, role)
    if target is None or target == array.type:
        return array
    if t.is_dictionary(array.type) and not t.is_dictionary(target):
        array = array.dictionary_decode()
    found = array.cast(target)
    return _times(found) if t.is_timestamp(array.type) else found


def empty_as_null(array: pa.Array) -> pa.Array:
    """A dictionary array of strings with null where the empty string stood.

    >>> empty_as_null(pa.array(["a", "", "a"]).dictionary_encode()).to_pylist()
    ['a', None, 'a']
    """
    words = array.dictionary
    if not len(words):
        return array
    empty = np.flatnonzero(np.diff(from_arrow.offsets(words)) == 0)
    if not len(empty):
        return array
    codes = from_arrow.fixed(array.indices)
    there = from_arrow.both(codes != empty[0], from_arrow.present(array.indices))
    return pa.DictionaryArray.from_arrays(to_arrow.from_numpy(codes, there), words)


def _times(spelled: pa.Array) -> pa.Array:
    """Points in time as text files have them: without a fraction of nothing, or a midnight.

    >>> _times(pa.array(["2024-01-31 00:00:00.000000", "2024-01-31 10:00:00.000Z"])).to_pylist()
    ['2024-01-31', '2024-01-31 10:00:00Z']
    """
    import pyarrow.compute as pc

    whole = pc.replace_substring_regex(spelled, pattern=r"\.0+(Z?)$", replacement=r"\1")
    return pc.replace_substring_regex(whole, pattern=r" 00:00:00$", replacement="")


def _label(type_: pa.DataType) -> pa.DataType | None:
    if t.is_dictionary(type_):
        values = _label(type_.value_type)
        return type_ if values == type_.value_type and _is_text(values) else values
    if _is_text(type_) or t.is_integer(type_) or t.is_boolean(type_):
        return type_
    if t.is_floating(type_):
        return pa.float32() if t.is_float16(type_) else type_
    if _is_nested(type_):
        return None
    return pa.string()


def _number(type_: pa.DataType) -> pa.DataType | None:
    plain = _plain(type_)
    if t.is_float16(plain):
        return pa.float32()
    if t.is_integer(plain) or t.is_floating(plain):
        return plain
    if t.is_null(plain):
        return pa.float64()
    if t.is_decimal(plain):
        # Left as it is: Arrow's cast to float64 is not rounded correctly.
        return plain
    return None


def _vector(type_: pa.DataType) -> pa.DataType | None:
    if t.is_struct(type_):
        return type_
    if not _is_list(type_):
        return None
    entry = _number(unwrapped(type_.value_type))
    if entry is None:
        # Lists of structs, as BigQuery writes them, are for the layout to understand.
        return type_ if t.is_struct(type_.value_type) else None
    if entry == type_.value_type and not _is_view(type_):
        return type_
    if t.is_fixed_size_list(type_):
        return pa.list_(entry, type_.list_size)
    return pa.large_list(entry) if t.is_large_list(type_) else pa.list_(entry)


def _any(type_: pa.DataType) -> pa.DataType | None:
    return type_


def _plain(type_: pa.DataType) -> pa.DataType:
    type_ = unwrapped(type_)
    return unwrapped(type_.value_type) if t.is_dictionary(type_) else type_


def _is_text(type_: pa.DataType) -> bool:
    return bool(t.is_string(type_) or t.is_large_string(type_))


def _is_number(type_: pa.DataType) -> bool:
    return bool(t.is_integer(type_) or t.is_floating(type_) or t.is_decimal(type_))


def _is_any_text(type_: pa.DataType) -> bool:
    binary = t.is_binary(type_) or t.is_large_binary(type_) or t.is_fixed_size_binary(type_)
    return bool(_is_text(type_) or t.is_string_view(type_) or t.is_binary_view(type_) or binary)


def _is_view(type_: pa.DataType) -> bool:
    return bool(t.is_list_view(type_) or t.is_large_list_view(type_))


def _is_list(type_: pa.DataType) -> bool:
    return bool(
        t.is_list(type_) or t.is_large_list(type_) or t.is_fixed_size_list(type_) or _is_view(type_)
    )


def _is_nested(type_: pa.DataType) -> bool:
    return bool(t.is_nested(type_) or _is_view(type_))


_KINDS: dict[Kind, Callable[[pa.DataType], bool]] = {
    Kind.NUMBER: _is_number,
    Kind.TEXT: _is_any_text,
    Kind.BOOLEAN: t.is_boolean,
    Kind.LIST: _is_list,
    Kind.STRUCT: t.is_struct,
}

_TARGETS: dict[Role, Callable[[pa.DataType], pa.DataType | None]] = {
    Role.LABEL: _label,
    Role.NUMBER: _number,
    Role.VECTOR: _vector,
    Role.TEXT: _any,
}

_REFUSALS = {
    Role.LABEL: "which is no label",
    Role.NUMBER: "not numbers",
    Role.VECTOR: "not lists of numbers",
    Role.TEXT: "which cannot be shown",
}
