"""For each kind of fault: why it happens, what to change first, what would show that the finding is wrong,
and where the book proves it."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """``claim`` is a label of the ledger, ``chapter`` the word of a notebook; "" where there is none."""

    cause: str
    remedy: str
    refuted_by: str
    claim: str
    chapter: str


ADVICE: dict[str, Advice] = {
    "zero by design": Advice(
        "A factor 0 stands in the product of the chain rule; after the first step it is gone.",
        "nothing, if it is meant (zero-initialised heads and branches); else draw these weights at random.",
        "the weights are still 0 after a few steps of training",
        "chain-gradient-any-layer",
        "01_chain_rule",
    ),
    "zero for ever": Advice(
        "In a product of two factors that are both 0 neither gets a gradient: a saddle that no step leaves.",
        "draw the weights of one of the two factors at random.",
        "the weights move in the first steps",
        "",
        "14_your_own_network",
    ),
    "inputs not scaled": Advice(
        "Initial weights are drawn for inputs of mean 0 and variance 1; others saturate what follows.",
        "subtract the mean and divide by the standard deviation of each input, both from the training data.",
        "the first layer's results have variance near 1",
        "",
        "14_your_own_network",
    ),
    "gradient stops": Advice(
        "The operation has derivative 0 wherever it was taken (round, sign, a comparison), is saturated, or "
        "multiplies by 0.",
        "take a smooth operation in its place, or let the gradient pass it: y = x + (f(x) - x).detach().",
        "a small change of its input changes its result in proportion",
        "",
        "14_your_own_network",
    ),
    "softmax decided": Advice(
        "A softmax of large numbers is 1 at the largest, and its Jacobian diag(p) - p p' is nearly 0 there.",
        "smaller numbers before the softmax: in attention q.k divided by the root of the head's width.",
        "the largest probability stays below 9/10 in most rows",
        "",
        "14_your_own_network",
    ),
    "not registered": Advice(
        "A module or parameter in a plain list or dict is no part of the model.",
        "nn.ModuleList, nn.ModuleDict or nn.ParameterList in place of the list or dict.",
        "model.parameters() holds it",
        "",
        "14_your_own_network",
    ),
    "not in the optimiser": Advice(
        "The optimiser was made of other parameters, before this one was, or with a rate of 0 for it.",
        "make the optimiser from model.parameters() when the model is complete.",
        "it changes in the next steps",
        "",
        "14_your_own_network",
    ),
    "softmax twice": Advice(
        "cross_entropy takes logits: of probabilities, its softmax is nearly uniform and its gradient small.",
        "return the logits, without the softmax; or the logarithm of it, with nll_loss.",
        "the loss falls below that of probabilities, log(e + n - 1) - 1 for n classes",
        "",
        "14_your_own_network",
    ),
    "running statistics": Advice(
        "In evaluation mode, or with momentum 0, a batch normalisation takes stored statistics that are not "
        "those of these signals.",
        "model.train() while training, and enough steps before evaluation; or layer or group normalisation.",
        "the stored variances are near those of the batch",
        "",
        "14_your_own_network",
    ),
    "frozen": Advice(
        "Somebody set requires_grad to False, as fine-tuning does.",
        "set requires_grad to True if it is to learn.",
        "the optimiser's step changes it",
        "",
        "14_your_own_network",
    ),
    "not called": Advice(
        "The forward pass goes round it.",
        "call it, or remove it.",
        "its output appears in the forward pass",
        "",
        "14_your_own_network",
    ),
    "detached": Advice(
        "A .detach(), .data, torch.no_grad(), .item() or an integer cuts the graph behind it.",
        "remove the cut.",
        "its .grad is not None after backward()",
        "",
        "14_your_own_network",
    ),
    "not finite": Advice(
        "A number left the range of its format there: an overflow, a division by 0 or a logarithm of 0.",
        "look at this operation's input, or the loss's: logsumexp for a log of sums, a number added below a "
        "root or a quotient; else smaller initial weights, a smaller step, or a wider format.",
        "the result is finite when the same batch is run in float64",
        "",
        "14_your_own_network",
    ),
    "below the floor": Advice(
        "Numbers below the smallest of the format round to 0.",
        "multiply the loss by a constant before backward (loss scaling), or compute in bfloat16 or float32.",
        "the gradient is 0 in float64 too",
        "",
        "14_your_own_network",
    ),
    "dead units": Advice(
        "A rectifier that is off for every example has slope 0 for every example.",
        "smaller steps and biases that start at 0, or a leaky rectifier; units that are off stay off.",
        "another batch turns them on",
        "relu-network-born-dead",
        "06_activations",
    ),
    "saturated units": Advice(
        "On the flat tails of the activation its slope is nearly 0.",
        "smaller weights, inputs of mean 0 and variance 1, or a normalisation before the activation.",
        "the weighted inputs lie within a few units of 0",
        "outlier-sigmoid-hidden",
        "08_outliers",
    ),
    "shortcut missing": Advice(
        "Without x + F(x) the block's gradient is that of its branch alone.",
        "add the block's input to its output.",
        "the block's output contains its input",
        "residual-chain-gradient",
        "12_residual",
    ),
    "shortcut sums grow": Advice(
        "Every x + F(x) adds the branch's square to the signal's, forward and backward.",
        "multiply the branches by 1/√L, or start the last weights of each branch at 0, or normalise within "
        "it.",
        "the slope goes to 0 when the branches are multiplied by 1/√L",
        "residual-wide-lambda",
        "12_residual",
    ),
    "normalisation multiplies the gradient": Advice(
        "Each normalisation takes out the mean and divides by what is left, which is less than the size that "
        "the gradient was scaled for; the forward pass looks steady.",
        "add shortcuts, x + F(x), where F ends in the normalisation and its γ starts at 0; or fewer layers.",
        "the slope stays when the normalisations are taken out",
        "batch-norm-always-explodes",
        "11_normalisation",
    ),
    "slopes below one half": Advice(
        "The slope of the activation is at most 1/4, and weights of the usual size do not make up for it.",
        "another activation (ReLU, GELU, tanh) with its own scale of the weights.",
        "the slope stays when the activation is exchanged",
        "sigmoid-quarter-bound",
        "02_quarter_bound",
    ),
    "weights too small": Advice(
        "Each layer multiplies the gradient by σ_w √E σ′², which is below 1.",
        "draw the weights with the activation's own scale: for ReLU variance 2/fan_in (He), for tanh "
        "1/fan_in.",
        "the slope stays when σ_w is the balanced one",
        "variance-recursion-backward",
        "07_initialisation",
    ),
    "weights too large": Advice(
        "Each layer multiplies the gradient by σ_w √E σ′², which is above 1.",
        "draw the weights with the activation's own scale: for ReLU variance 2/fan_in (He), for tanh "
        "1/fan_in.",
        "the slope stays when σ_w is the balanced one",
        "variance-recursion-backward",
        "07_initialisation",
    ),
    "output constant": Advice(
        "Biases add the same to every example, and layers that shrink the rest leave little else.",
        "biases that start at 0 and weights of the activation's own scale; then normalisation or shortcuts.",
        "outputs of two unlike examples differ by as much as they are large",
        "variance-forward",
        "07_initialisation",
    ),
    "recurrence forgets": Advice(
        "Each step multiplies the gradient by the forget gate, or by the recurrent weights and slopes.",
        "a forget bias of log(T − 1) for memories of T steps; in plain cells orthogonal or identity weights.",
        "the gradient at the first step grows with the forget bias by no more than a constant",
        "bias-for-a-time-scale",
        "13_gates",
    ),
    "recurrence explodes": Advice(
        "Each step multiplies the gradient by recurrent weights that are too large.",
        "orthogonal recurrent weights, or clip the norm of the gradient.",
        "the slope stays when the recurrent weights are orthogonal",
        "vanilla-memory-step",
        "13_gates",
    ),
    "step too large": Advice(
        "The learning rate is too large for these gradients.",
        "a smaller learning rate or a warm-up; steps near 1/1000 of the weights are usual.",
        "training goes on smoothly at this step",
        "clipping-stops-divergence",
        "10_clipping",
    ),
    "step too small": Advice(
        "The learning rate is too small for these gradients.",
        "a larger learning rate, or an optimiser that divides by the gradient's size (Adam).",
        "the loss falls at this step",
        "clip-adam-common-factor",
        "10_clipping",
    ),
    "at a minimum": Advice(
        "The loss hardly depends on the output any more, or it is multiplied by a small number: nothing "
        "vanished on the way.",
        "nothing in the layers: where the loss is near its least there is nothing left to learn; else look "
        "at a factor of the loss, the data and the labels.",
        "a random direction at the output vanishes on its way back too",
        "small-gradient-is-not-near-optimum",
        "04_learning_speeds",
    ),
}
