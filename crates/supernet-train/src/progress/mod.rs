//! Progress for whoever watches: a line with rate and time left, nothing, or a `Progress` of one's
//! own.

mod clock;
mod observation;
mod progress_line;
mod silent;
mod standing;
mod stop_on;
mod without_standings;

pub use clock::clock;
pub use observation::Observation;
pub use progress_line::ProgressLine;
pub use silent::Silent;
pub use standing::Standing;
pub use stop_on::StopOn;
pub(crate) use without_standings::WithoutStandings;

use supernet_search::Score;

/// How far the jobs of a stage are that go side by side: networks that are trained, parts of a
/// scoring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// All of them.
    pub count: usize,
    /// Those that are done.
    pub finished: usize,
    /// Those under way here.
    pub under_way: usize,
    /// Processes that share them, this one among them, as far as is known; 0 where nobody does.
    pub members: usize,
}

/// Is told how a stage gets on, and asked whether to stop. Every method has a default that does
/// nothing and asks for nothing.
pub trait Progress {
    /// A stage of `total` steps begins.
    fn begin(&mut self, _stage: &str, _total: u64) {}

    /// The stage goes on behind `done` steps that an earlier process did.
    fn resume(&mut self, _done: u64) {}

    /// Whether step `done` should be observed. Observing reads values back from the device.
    fn is_due(&self, _done: u64) -> bool {
        false
    }

    /// `done` steps are done; the last one gave `observation`.
    fn observe(&mut self, _done: u64, _observation: &Observation) {}

    /// `done` steps of a stage without loss are done.
    fn advance(&mut self, _done: u64) {}

    /// A job of the stage was begun or finished.
    fn jobs(&mut self, _jobs: Jobs) {}

    /// Something that the user should know, a sentence.
    fn warn(&mut self, _text: &str) {}

    /// The best candidate up to now.
    fn standing(&mut self, _standing: &Standing) {}

    /// Whether a fixed sample of candidates should be scored now. Asked at most some twenty times
    /// in the training of a supernet. It takes time and changes no result.
    fn wants_sample(&self) -> bool {
        false
    }

    /// The one-shot scores of the sample after `done` steps, always in the same order.
    fn sample(&mut self, _done: u64, _scores: &[Score]) {}

    /// The stage has ended.
    fn end(&mut self) {}

    /// All that was asked for is done: no stage follows, unless more is asked for.
    fn over(&mut self) {}

    /// Whether the user asked to stop.
    fn should_stop(&self) -> bool {
        false
    }
}
