//! Examples of supernet.
