//! Names of the stages of a search, as progress, errors and event logs show them.

/// Training of the supernet.
pub const SUPERNET_TRAINING: &str = "supernet training";

/// Scoring of candidates.
pub const SCORING: &str = "scoring";

/// Fine-tuning of the best candidates.
pub const FINE_TUNING: &str = "fine-tuning";

/// Training of the chosen architectures from scratch.
pub const STAND_ALONE_TRAINING: &str = "stand-alone training";

/// Proxies of the candidates' untrained networks.
pub const PROXIES: &str = "proxies";

/// Training of some candidates from scratch, to hold the ranking against.
pub const CHECK: &str = "check";

/// Reading of the test images.
pub const TESTING: &str = "testing";

/// Timing of a few steps, from which a plan is computed.
pub const PLANNING: &str = "planning";
