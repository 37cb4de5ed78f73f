//! How gates are drawn.

/// How gates are drawn, and how the gradient of a loss goes back from gates to logits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GateRule {
    /// The straight-through Gumbel estimator of GDAS (Dong and Yang, CVPR 2019): what is largest
    /// after Gumbel noise is on, with a gate of 1; the gradient goes back as if its gate were its
    /// probability under the same noise at this temperature. Where a choice may take several
    /// options the noise is logistic and these are the ones above 0, within the choice's bounds.
    Gumbel {
        /// τ, above 0: small values let only close rivals learn, with greater gradients.
        temperature: f64,
    },
    /// The binary gates of ProxylessNAS (Cai, Zhu and Han, ICLR 2019): two different subsets are
    /// drawn and both computed, the gates of the first are 1 and those of the other 0; the gradient
    /// goes back to these two as if there were no others, and their probability taken together
    /// stays as it was.
    Binary,
    /// The mixture of DARTS (Liu, Simonyan and Yang, ICLR 2019): everything is on, the gate of an
    /// option is its probability to be taken.
    Mixture,
}
