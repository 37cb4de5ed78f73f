//! The thread that draws the dashboard and reads keys, so that both go on while a step takes long.

use super::{
    drawing::draw,
    state::State,
    terminal::{Key, Session, restore_terminal},
};
use crate::stop::StopFlag;
use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// What the thread that works and the one that draws share.
#[derive(Default)]
pub struct Shared {
    state: Mutex<State>,
    closing: Mutex<bool>,
    closes: Condvar,
}

impl Shared {
    /// What is shown. A panic elsewhere leaves it whole, since it is changed by assignments alone.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the window is closed within `patience`.
    fn is_closed_within(&self, patience: Duration) -> bool {
        let closing = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.closes.wait_timeout_while(closing, patience, |closing| !*closing);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn close(&self, closing: bool) {
        *self.closing.lock().unwrap_or_else(PoisonError::into_inner) = closing;
        self.closes.notify_all();
    }
}

/// A stage shorter than this is not worth another screen.
pub const PATIENCE: Duration = Duration::from_millis(400);

/// Between two drawings.
const TICK: Duration = Duration::from_millis(200);

/// How soon a key or the end of a stage is noticed.
const GLANCE: Duration = Duration::from_millis(40);

/// A dashboard on the screen, or about to be.
pub struct Window {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<bool>>,
}

impl Window {
    /// Takes the terminal after `patience`, unless the window is closed before. Where there is no
    /// terminal, nothing is shown.
    pub fn open(shared: Arc<Shared>, stop: &'static StopFlag, patience: Duration) -> Self {
        shared.close(false);
        let of_thread = Arc::clone(&shared);
        let show = move || {
            let shown = !of_thread.is_closed_within(patience);
            // An error is a terminal that is gone: the work goes on without it.
            shown && show(&of_thread, stop).is_ok()
        };
        Self { shared, thread: std::thread::Builder::new().name("dashboard".into()).spawn(show).ok() }
    }

    /// Gives the terminal back; whether it was taken.
    pub fn close(mut self) -> bool {
        self.join()
    }

    fn join(&mut self) -> bool {
        self.shared.close(true);
        self.thread.take().is_some_and(|thread| thread.join().unwrap_or(false))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.join();
    }
}

/// Draws and listens until the window is closed.
fn show(shared: &Shared, stop: &StopFlag) -> io::Result<()> {
    let mut session = Session::open()?;
    let mut drawn = None::<Instant>;
    while !shared.is_closed_within(Duration::ZERO) {
        if drawn.is_none_or(|drawn| drawn.elapsed() >= TICK) {
            let state = shared.state().clone();
            session.draw(|frame| draw(frame, &state, state.gone(), stop.is_set()))?;
            drawn = Some(Instant::now());
        }
        if let Some(key) = session.key(GLANCE)? {
            let asked_before = stop.ask();
            if key == Key::Interrupt && asked_before {
                restore_terminal();
                std::process::exit(130);
            }
            drawn = None;
        }
    }
    Ok(())
}
