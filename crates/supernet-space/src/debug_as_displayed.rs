//! Errors whose debug form is what they display, since that is what is printed of an error that
//! `main` returns.

/// Implements `Debug` of an error by its `Display`. For the crates of this workspace.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_as_displayed {
    ($error:ty) => {
        impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }
    };
}
