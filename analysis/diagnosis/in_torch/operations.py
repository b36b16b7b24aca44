"""The functions of PyTorch by name: which make a site and of what kind, and which only rearrange numbers."""

from __future__ import annotations

from analysis.diagnosis.measured import SUM
from analysis.symbolic.catalogue import ACTIVATIONS

KINDS = {
    "linear": "linear",
    "matmul": "linear",
    "__matmul__": "linear",
    "__rmatmul__": "linear",
    "mm": "linear",
    "bmm": "linear",
    "addmm": "linear",
    "einsum": "linear",
    "conv1d": "convolution",
    "conv2d": "convolution",
    "conv3d": "convolution",
    "conv_transpose1d": "convolution",
    "conv_transpose2d": "convolution",
    "conv_transpose3d": "convolution",
    "batch_norm": "batch norm",
    "layer_norm": "layer norm",
    "rms_norm": "rms norm",
    "group_norm": "group norm",
    "instance_norm": "group norm",
    "dropout": "dropout",
    "dropout1d": "dropout",
    "dropout2d": "dropout",
    "dropout3d": "dropout",
    "add": SUM,
    "__add__": SUM,
    "__radd__": SUM,
    "__iadd__": SUM,
    "sub": SUM,
    "__sub__": SUM,
    "__isub__": SUM,
    "mul": "scale",
    "multiply": "scale",
    "__mul__": "scale",
    "__rmul__": "scale",
    "__imul__": "scale",
    "div": "scale",
    "true_divide": "scale",
    "__truediv__": "scale",
    "__itruediv__": "scale",
    "neg": "scale",
    "__neg__": "scale",
    "sum": "pool",
    "mean": "pool",
    **{
        f"{way}_pool{d}d": "pool" for way in ("avg", "max", "adaptive_avg", "adaptive_max") for d in (1, 2, 3)
    },
    **{f"{way}_pool{d}d_with_indices": "pool" for way in ("max", "adaptive_max") for d in (1, 2, 3)},
    "scaled_dot_product_attention": "attention",
    "multi_head_attention_forward": "attention",
    "softmax": "softmax",
    "log_softmax": "softmax",
    "embedding": "embedding",
    "embedding_bag": "embedding",
    "lstm": "lstm",
    "gru": "gru",
    "rnn_tanh": "rnn",
    "rnn_relu": "rnn",
    **{name.replace(" ", joined): name for name in ACTIVATIONS if name != "identity" for joined in ("_", "")},
}
"""The kind of the site that a function makes. In place it has the same name and ``_``."""

REARRANGING = frozenset(
    "view view_as reshape reshape_as flatten ravel unflatten transpose permute movedim moveaxis swapaxes "
    "swapdims t __get__ contiguous clone to type type_as float double half bfloat16 cpu cuda detach squeeze "
    "unsqueeze expand expand_as broadcast_to chunk split tensor_split unbind __getitem__ select narrow "
    "index_select take gather roll flip repeat repeat_interleave tile pad masked_fill masked_fill_ tril triu "
    "pixel_shuffle pixel_unshuffle unfold fold diagonal identity requires_grad_ channel_shuffle "
    "_pad_packed_sequence _pack_padded_sequence nan_to_num".split()
)
"""Their result holds the numbers of their first operand, or a part of them: no site of its own."""

JOINING = frozenset("cat concat concatenate stack hstack vstack".split())
"""They join results of several sites to one."""


def kind_of(name: str) -> str | None:
    """The kind of the site that a function of this name makes; None for all others."""
    kind = KINDS.get(name)
    if kind is None and name.endswith("_") and not name.startswith("__"):
        kind = KINDS.get(name[:-1])
    return kind


def plain(name: str) -> str:
    """The name of a function without the underscores of operators and of what is done in place."""
    return name.strip("_") or name
