//! Progress as the user wants it, and Ctrl-C, SIGTERM and SIGHUP: the first saves and ends, the
//! second ends at once.

use crate::{
    arguments::{Output, Show},
    dashboard::{Dashboard, dashboard_is_shown, restore_terminal},
    failure::Failure,
    signals::on_stop,
    stop::StopFlag,
};
use std::{
    io::{IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};
use supernet::{prelude::*, train::StopOn};

/// A line on standard output. Where nobody reads it any more, as behind `| head`, the command ends.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::line(format_args!($($text)*))
    };
}
pub(crate) use say;

/// A note on standard error.
macro_rules! note {
    ($($text:tt)*) => {
        $crate::output::note_line(format_args!($($text)*))
    };
}
pub(crate) use note;

/// Whether another process speaks for this one.
static MUTED: AtomicBool = AtomicBool::new(false);

/// Leaves results, notes and progress to another process.
#[cfg(feature = "mpi")]
pub fn mute() {
    MUTED.store(true, Ordering::Relaxed);
}

fn is_muted() -> bool {
    MUTED.load(Ordering::Relaxed)
}

/// See [`note!`].
pub fn note_line(text: std::fmt::Arguments) {
    if !is_muted() {
        eprintln!("note: {text}");
    }
}

/// See [`say!`].
pub fn line(text: std::fmt::Arguments) {
    if is_muted() {
        return;
    }
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        std::process::exit(i32::from(error.kind() != std::io::ErrorKind::BrokenPipe));
    }
}

/// Whether Ctrl-C was pressed, or the dashboard's key.
static STOP: StopFlag = StopFlag::new();

/// Handles the signals of Ctrl-C, of a system that ends the process, and of a terminal that is
/// closed. The dashboard, which reads keys one by one, does the same.
fn pressed() {
    if STOP.ask() {
        restore_terminal();
        std::process::exit(130);
    }
    if !dashboard_is_shown() && !is_muted() {
        eprintln!("\nstopping after this step; press Ctrl-C again to stop at once");
    }
}

/// Returns the progress that is asked for; it passes on Ctrl-C.
pub fn shown(show: Show) -> Result<StopOn<'static>, Failure> {
    on_stop(pressed);
    let terminal = std::io::stdout().is_terminal() && !show.json;
    let output = if is_muted() { Some(Output::Quiet) } else { show.output };
    let output = output.unwrap_or(if terminal { Output::Dashboard } else { Output::Plain });
    let asked = || STOP.is_set();
    Ok(match output {
        Output::Quiet => StopOn::new(Silent, asked),
        Output::Dashboard if terminal => StopOn::new(Dashboard::new(&STOP), asked),
        // A dashboard needs a terminal.
        Output::Plain | Output::Dashboard => StopOn::new(ProgressLine::new(), asked),
    })
}

/// Prints a result as JSON.
pub fn print_json(value: &serde_json::Value) {
    say!("{value:#}");
}
