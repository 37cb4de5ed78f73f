//! supernet-search
