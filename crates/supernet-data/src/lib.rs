//! supernet-data
