//! Says now and then that a worker is at work, and stores the states of its long jobs.

use super::{blobs, error::FarmError, hash::hash, held::Claim, link::Link, member::Member, queue, states::packed};
use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::Duration,
};

/// The threads of a worker that speak while others work, each with a connection of its own. They
/// end when this is dropped.
pub(super) struct Beats {
    stop: Arc<(Mutex<bool>, Condvar)>,
    threads: Vec<JoinHandle<()>>,
}

impl Beats {
    /// Begins to speak for `member`.
    pub(super) fn begin(member: &Arc<Member>) -> Self {
        let stop = Arc::<(Mutex<bool>, Condvar)>::default();
        let options = member.options;
        let mut beats = Self { stop, threads: Vec::new() };
        // What cannot be said now is said again with the next beat.
        beats.every(options.beat, member, |member, link| beat(member, link).ok().unwrap_or_default());
        let mut stored = HashMap::new();
        beats.every(options.checkpoint, member, move |member, link| {
            store_states(member, link, &mut stored).ok().unwrap_or_default();
        });
        beats
    }

    fn every(
        &mut self,
        pause: Duration,
        member: &Arc<Member>,
        mut say: impl FnMut(&Member, &mut Link) + Send + 'static,
    ) {
        let (stop, member) = (self.stop.clone(), member.clone());
        let mut link = member.another_link();
        link.set_patience(pause.min(Duration::from_secs(5)));
        self.threads.push(std::thread::spawn(move || {
            let (is_over, bell) = &*stop;
            let mut over = is_over.lock().expect("nobody panics with it");
            while !*over {
                over = bell.wait_timeout(over, pause).expect("nobody panics with it").0;
                if !*over {
                    drop(over);
                    say(&member, &mut link);
                    over = is_over.lock().expect("nobody panics with it");
                }
            }
        }));
    }
}

impl Drop for Beats {
    fn drop(&mut self) {
        *self.stop.0.lock().expect("nobody panics with it") = true;
        self.stop.1.notify_all();
        self.threads.drain(..).for_each(|thread| thread.join().unwrap_or_default());
    }
}

/// Says what is held, and hears what has become of it and of the run.
fn beat(member: &Member, link: &mut Link) -> Result<(), FarmError> {
    let Some(run) = member.run.get() else { return member.say(link) };
    let claims = member.held().claims();
    if !claims.is_empty() {
        let kept = queue::beat(link, run, &claims, member.options.lease)?;
        member.held().keep(&claims, &kept);
    }
    member.say(link)?;
    let heard = if member.is_first {
        "UPDATE supernet_farm.run SET seen = clock_timestamp() WHERE id = $1 RETURNING state"
    } else {
        "SELECT state FROM supernet_farm.run WHERE id = $1"
    };
    let state: Option<String> = link.call(|client| client.query_opt(heard, &[run]))?.map(|row| row.get(0));
    if state.as_deref() != Some("open") {
        member.set_over(state.unwrap_or_else(|| "removed".into()));
    }
    // Who was not heard of for a lease is gone.
    let query = "SELECT count(*) FROM supernet_farm.worker WHERE run = $1
        AND seen > clock_timestamp() - $2 * interval '1 second'";
    let lease = member.options.lease.as_secs_f64();
    let members: i64 = link.call(|client| client.query_one(query, &[run, &lease]))?.get(0);
    member.set_members(members as usize);
    if let Some(round) = member.round() {
        let query = "SELECT count(*) FROM supernet_farm.job WHERE run = $1 AND round = $2 AND result IS NOT NULL";
        let finished: i64 = link.call(|client| client.query_one(query, &[run, &round]))?.get(0);
        member.set_finished(finished as usize);
    }
    Ok(())
}

/// Stores the states of what is held that has files, where they are newer than those that were
/// stored last.
fn store_states(member: &Member, link: &mut Link, stored: &mut HashMap<Claim, u64>) -> Result<(), FarmError> {
    let Some(run) = member.run.get() else { return Ok(()) };
    let held = member.held().with_files();
    stored.retain(|claim, _| held.iter().any(|(held, _)| held == claim));
    for (claim, stem) in held {
        let Some((step, bytes)) = packed(&stem) else { continue };
        if stored.get(&claim).is_some_and(|&last| last >= step) {
            continue;
        }
        let name = format!("state/{}", claim.key);
        let blob = blobs::store(link, run, &name, &bytes)?;
        if queue::set_state(link, run, &claim, (blob, &hash(&bytes)))? {
            blobs::remove(link, run, &name, Some(blob))?;
            stored.insert(claim, step);
        } else {
            blobs::discard(link, blob)?;
        }
    }
    Ok(())
}
