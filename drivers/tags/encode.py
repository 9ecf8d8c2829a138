"""Making the memory image of a tag in any model that we write, proved by reading it back."""

from drivers.tags import iso28560_2, iso28560_3
from drivers.tags.content import Layout, TagModel
from drivers.tags.detect import decode_tag
from drivers.tags.element_rules import checked
from drivers.tags.elements import Elements, by_name
from drivers.tags.problems import EncodingCode, TagEncodingError

DSFIDS = {TagModel.ISO28560_2: iso28560_2.DSFID, TagModel.ISO28560_3: iso28560_3.DSFID}


def encode_tag(
    model: TagModel, elements: Elements, size: int | None = None, *, layout: Layout | None = None
) -> bytes:
    """The user memory for `elements`; `size` in bytes as in the encoder of the model.

    Raises TagEncodingError, also when reading the result would not give the same elements, and
    ValueError for a model that is not written.
    """
    layout = layout or Layout()
    if model is TagModel.ISO28560_3:
        memory = iso28560_3.encode_iso28560_3(elements, size, layout=layout)
        wanted = iso28560_3.as_written(elements)
    elif model is TagModel.ISO28560_2:
        memory = iso28560_2.encode_iso28560_2(elements, size, block_size=layout.block_size)
        wanted = checked(elements)
    else:
        raise ValueError(f"tags are not written in the model {model}")
    _prove(memory, model, wanted, layout)
    return memory


def _prove(memory: bytes, model: TagModel, wanted: Elements, layout: Layout) -> None:
    content = decode_tag(memory, dsfid=DSFIDS[model], block_size=layout.block_size)
    if content.model is model and content.valid and content.elements == wanted:
        return
    read, given = by_name(content.elements), by_name(wanted)
    names = [name for name in given if read.get(name) != given[name]] or ["an element"]
    raise TagEncodingError(
        EncodingCode.NOT_READABLE_AGAIN,
        f"{', '.join(names)} would read back differently from this tag: change the value, "
        "or use the other model.",
    )
