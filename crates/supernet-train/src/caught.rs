//! Panics in a stage as errors.

use crate::TrainError;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `work`; a panic in it becomes an error of `stage` that holds the panic's whole message.
///
/// Most calls of a backend have no other way than a panic to say that the device failed: memory ran
/// out, a driver was lost. The stage ends then as with any other error: what it has stored stays,
/// locks fall, and the run can go on. A broken contract of the code ends a stage likewise; the two
/// cannot be told apart here, so the error says that it was a panic. Where it was stands on
/// standard error, where Rust's hook writes it. What `work` changed may be half done: nobody uses
/// it again, since the error ends the run.
pub(crate) fn caught<R>(stage: &str, work: impl FnOnce() -> Result<R, TrainError>) -> Result<R, TrainError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let reason = format!("a panic, of the device or of the code: {}", message(&*payload));
        Err(TrainError::Device { stage: stage.into(), reason })
    })
}

/// Returns the message of a panic.
fn message(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(message), _) => message,
        (None, Some(message)) => message,
        (None, None) => "no message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(work: impl FnOnce() -> Result<(), TrainError>) -> String {
        caught("scoring", work).unwrap_err().to_string()
    }

    #[test]
    fn a_panic_is_an_error_with_its_whole_message_and_the_rest_passes_through() {
        let begins = "scoring: the device failed: a panic, of the device or of the code: ";
        assert_eq!(error(|| panic!("lost")), format!("{begins}lost"));
        let lines = "out of memory\nat step 3";
        assert_eq!(error(|| panic!("{lines}: {}", 7)), format!("{begins}{lines}: 7"));
        assert_eq!(error(|| std::panic::panic_any(7)), format!("{begins}no message"));
        assert_eq!(error(|| Err(TrainError::config("a", 1, "2"))), "a: found 1, expected 2");
        assert_eq!(caught("scoring", || Ok(7)).unwrap(), 7);
    }
}
