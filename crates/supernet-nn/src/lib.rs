//! supernet-nn
