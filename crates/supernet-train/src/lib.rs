//! supernet-train
