//! supernet-kernels
