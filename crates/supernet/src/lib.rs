//! supernet
