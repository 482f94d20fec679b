# ===- routers.py - #moe.router in Python ----------------------------------=== #
"""The fields of `#moe.router`. `str(router)` is its text in IR."""

from dataclasses import dataclass, field
from typing import Optional


@dataclass(frozen=True)
class TopK:
    """The k experts with the largest keys."""

    k: int

    def __str__(self):
        return f"top_k<{self.k}>"


@dataclass(frozen=True)
class GroupTopK:
    """Top-k within the `kept` best groups, by `max` or `sum_of_two`."""

    k: int
    groups: int
    kept: int
    by: str

    def __str__(self):
        return f"group_top_k<{self.k}, groups = {self.groups}, kept = {self.kept}, by = {self.by}>"


@dataclass(frozen=True)
class All:
    """Every expert."""

    def __str__(self):
        return "all"


@dataclass(frozen=True)
class Threshold:
    """The experts whose score exceeds their threshold."""

    def __str__(self):
        return "threshold"


@dataclass(frozen=True)
class ExpertChoice:
    """Each expert takes the `capacity` tokens with its largest scores."""

    def __str__(self):
        return "expert_choice"


@dataclass(frozen=True)
class Batchwise:
    """Each expert takes its max(1, floor(k*T/L)) best tokens."""

    k: int

    def __str__(self):
        return f"batchwise<{self.k}>"


@dataclass(frozen=True)
class Sample:
    """One expert, drawn with its score as probability."""

    def __str__(self):
        return "sample"


@dataclass(frozen=True)
class Router:
    """From logits to weights and experts.

    score: softmax, sigmoid, sqrt_softplus, relu, identity or region;
    normalize: none, sum or softmax.
    """

    score: str
    select: object
    normalize: str = "none"
    epsilon: Optional[float] = None
    scale: Optional[float] = None
    monotone: bool = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "monotone", self.score != "region")

    @property
    def dense(self):
        """K is L and slot j stands for expert j."""
        return isinstance(self.select, (All, Threshold, ExpertChoice, Batchwise))

    @property
    def token_choice(self):
        """A token's choice depends on its own row only."""
        return not isinstance(self.select, (ExpertChoice, Batchwise))

    def slots(self, logits):
        """K, for L = `logits`."""
        if self.dense:
            return logits
        return 1 if isinstance(self.select, Sample) else self.select.k

    def selects_on_logits(self, has_bias):
        return self.monotone and not has_bias and isinstance(self.select, (TopK, GroupTopK, All))

    def __str__(self):
        parts = [self.score, str(self.select)]
        if self.normalize != "none":
            epsilon = "" if self.epsilon is None else f"<{self.epsilon:e}>"
            parts.append(self.normalize + epsilon)
        if self.scale is not None:
            parts.append(f"scale = {self.scale:e}")
        return "<" + ", ".join(parts) + ">"


def mixtral(k=2):
    """Mixtral and Qwen3: softmax, top-k, renormalized."""
    return Router("softmax", TopK(k), "sum")


def olmoe(k=8):
    """OLMoE: softmax, top-k, not renormalized."""
    return Router("softmax", TopK(k))


def gpt_oss(k=4):
    """gpt-oss and Granite: top-k of the logits, softmax over the selected."""
    return Router("identity", TopK(k), "softmax")


def deepseek_v2(k=6, groups=8, kept=3, scale=16.0):
    """DeepSeek-V2: softmax, groups by their best expert."""
    return Router("softmax", GroupTopK(k, groups, kept, "max"), scale=scale)


def deepseek_v3(k=8, groups=8, kept=4, scale=2.5):
    """DeepSeek-V3: sigmoid, groups by their two best, biased choice."""
    return Router("sigmoid", GroupTopK(k, groups, kept, "sum_of_two"), "sum", 1e-20, scale)


def llama4(k=1):
    """Llama 4: top-1 of the logits, sigmoid."""
    return Router("sigmoid", TopK(k))


def switch():
    """Switch: softmax, top-1."""
    return Router("softmax", TopK(1))


def shazeer(k=4):
    """Shazeer et al. 2017, eqs 3 and 5: softmax over the k best noisy logits."""
    return Router("identity", TopK(k), "softmax")


def strictly_balanced(k):
    """Shazeer et al. 2017, appendix F, as trained (eqs 16 and 18)."""
    return Router("softmax", Batchwise(k), "sum")
