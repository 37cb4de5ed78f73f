//! supernet-space
