//! Progress as the user wants it, and Ctrl-C: the first saves and ends, the second ends at once.

use crate::{
    arguments::{Output, Show},
    failure::Failure,
};
use std::{
    io::{IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};
use supernet::{
    prelude::*,
    train::{Dashboard, Observation, ProgressLine},
};

/// A line on standard output. Where nobody reads it any more, as behind `| head`, the command ends.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::line(format_args!($($text)*))
    };
}
pub(crate) use say;

/// See [`say!`].
pub fn line(text: std::fmt::Arguments) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        std::process::exit(i32::from(error.kind() != std::io::ErrorKind::BrokenPipe));
    }
}

/// Whether Ctrl-C was pressed.
static STOP: AtomicBool = AtomicBool::new(false);

/// The display that is asked for; it passes on Ctrl-C.
pub fn shown(show: Show) -> Result<Interruptible, Failure> {
    let pressed = || {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("\nstopping after this step; press Ctrl-C again to stop at once");
    };
    // There is one handler for the process; a second display finds it set.
    ctrlc::try_set_handler(pressed).ok();
    let terminal = std::io::stdout().is_terminal() && !show.json;
    let output = show.output.unwrap_or(if terminal { Output::Dashboard } else { Output::Plain });
    Ok(Interruptible(match output {
        Output::Quiet => Box::new(Silent),
        Output::Plain => Box::new(ProgressLine::new()),
        Output::Dashboard => Box::new(Dashboard::default()),
    }))
}

/// A display that passes on Ctrl-C.
pub struct Interruptible(Box<dyn Display>);

impl Display for Interruptible {
    fn begin(&mut self, stage: &str, total: u64) {
        self.0.begin(stage, total);
    }

    fn resume(&mut self, done: u64) {
        self.0.resume(done);
    }

    fn is_due(&self, done: u64) -> bool {
        self.0.is_due(done)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        self.0.observe(done, observation);
    }

    fn advance(&mut self, done: u64) {
        self.0.advance(done);
    }

    fn end(&mut self) {
        self.0.end();
    }

    fn should_stop(&self) -> bool {
        STOP.load(Ordering::SeqCst) || self.0.should_stop()
    }
}
