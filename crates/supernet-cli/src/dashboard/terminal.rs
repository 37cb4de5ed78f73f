//! The terminal while a dashboard has it: another screen, keys read one by one. It is given back
//! whatever happens.

use ratatui::{
    Frame, Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};
use std::{
    io::{self, Stdout},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Whether a dashboard has the terminal; there is one terminal for the process.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back if a dashboard has it. For what ends the process at once: a dashboard
/// does so itself when its stage ends, when it is dropped, and when any thread panics.
pub fn restore_terminal() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A terminal that is gone needs nothing back.
        disable_raw_mode().ok();
        execute!(io::stdout(), LeaveAlternateScreen, Show).ok();
    }
}

/// Whether a dashboard has the terminal, so that what is printed would not be read.
pub fn dashboard_is_shown() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// What a user asks for with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Save and stop.
    Quit,
    /// The same, and at once if it was asked for before: Ctrl-C, which is no signal while keys are
    /// read one by one.
    Interrupt,
}

impl Key {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Key(KeyEvent { kind: KeyEventKind::Release, .. }) => None,
            Event::Key(KeyEvent { code: KeyCode::Char('c'), modifiers, .. })
                if modifiers.contains(KeyModifiers::CONTROL) =>
            {
                Some(Self::Interrupt)
            }
            Event::Key(KeyEvent { code: KeyCode::Char('q'), .. }) => Some(Self::Quit),
            _ => None,
        }
    }
}

/// The terminal, taken; dropping it gives it back.
pub struct Session(Terminal<CrosstermBackend<Stdout>>);

impl Session {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that is none, or that is taken.
    pub fn open() -> io::Result<Self> {
        restore_before_panics();
        if TAKEN.swap(true, Ordering::SeqCst) {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        let opened = enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen))
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        opened.map(Self).inspect_err(|_| restore_terminal())
    }

    /// Draws, unless somebody has given the terminal back.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if !dashboard_is_shown() {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.0.draw(draw).map(|_| ())
    }

    /// A key that asks for something, if one was pressed within `patience`.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn key(&self, patience: Duration) -> io::Result<Option<Key>> {
        Ok(if event::poll(patience)? { Key::of(&event::read()?) } else { None })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        restore_terminal();
    }
}

/// A panic's message should be read, so the terminal is given back before it is written.
fn restore_before_panics() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore_terminal();
            before(panic);
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_and_control_c_are_heard_and_other_keys_are_not() {
        let key = |code, modifiers| Key::of(&Event::Key(KeyEvent::new(code, modifiers)));
        assert_eq!(key(KeyCode::Char('q'), KeyModifiers::NONE), Some(Key::Quit));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Interrupt));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::NONE), None);
        assert_eq!(Key::of(&Event::Resize(80, 24)), None);
    }
}
