//! Jobs shared through a database. `SUPERNET_FARM` names one that may be written to, as `.ci/scale`
//! makes one; without it nothing is tested.

#![cfg(feature = "farm")]

mod cable;

use cable::Cable;
use postgres::{Client, NoTls};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use supernet_crew::farm::{Farm, FarmError, FarmOptions, Joined, Workplace, farm_status};
use supernet_train::{
    TrainError,
    crew::{Crew, CrewJob, Ended, Next},
    write_whole,
};
use tempfile::TempDir;

/// The database, if there is one.
fn url() -> Option<String> {
    let url = std::env::var("SUPERNET_FARM").ok();
    if url.is_none() {
        eprintln!("skipped: SUPERNET_FARM names no database; .ci/scale makes one");
    }
    url
}

/// Leases of a second or so.
fn quick() -> FarmOptions {
    FarmOptions { patience: Duration::from_secs(30), ..FarmOptions::with_lease(Duration::from_millis(1_500)) }
}

/// Never says that it is at work.
fn silent() -> FarmOptions {
    FarmOptions { beat: Duration::from_secs(3_600), ..quick() }
}

/// A directory with what tells a run from others.
fn directory(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_whole(&folder.path().join("config.json"), format!("{name} {:?}", folder.path()).as_bytes()).unwrap();
    write_whole(&folder.path().join("supernet.safetensors"), &[7; 3_000_000]).unwrap();
    folder
}

fn serve(url: &str, folder: &TempDir, options: FarmOptions) -> Farm {
    Farm::serve(url, folder.path(), folder.path(), "a task", options).unwrap()
}

/// Joins the run of a directory as soon as it is open.
fn join(url: &str, folder: &Path, options: FarmOptions) -> Joined {
    try_join(url, folder, options).unwrap()
}

fn try_join(url: &str, folder: &Path, options: FarmOptions) -> Result<Joined, FarmError> {
    let mut workplace = Workplace::open(url, options)?;
    loop {
        match workplace.look()? {
            Some(offer) if offer.name() == folder.display().to_string() => return workplace.join(&offer),
            Some(_) => {}
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn jobs(count: usize) -> Vec<CrewJob> {
    let job = |i| CrewJob { key: format!("job/{i}"), cost: (i % 7) as f64, files: None, by_first: false };
    (0..count).map(job).collect()
}

/// What a job's result is, wherever it is done.
fn result(place: usize) -> Vec<u8> {
    let length = if place.is_multiple_of(50) { 2_500_000 } else { 100 };
    (0..length).map(|i| (i * 31 + place * 17) as u8).collect()
}

/// Does jobs of a stage as `work` says until none is left.
fn work(
    farm: &Farm,
    stage: &str,
    jobs: &[CrewJob],
    work: impl Fn(usize) -> Result<Vec<u8>, TrainError>,
) -> Result<Ended, TrainError> {
    let round = farm.round(stage, jobs)?.expect("jobs");
    loop {
        match round.next()? {
            Next::Job(place) => match work(place) {
                Ok(bytes) => round.done(place, Ok(bytes))?,
                Err(error) => round.done(place, Err(&error))?,
            },
            Next::Wait(pause) => thread::sleep(pause),
            Next::Nothing => break,
        }
    }
    round.end(None)
}

#[test]
fn each_job_is_done_once_and_its_result_reaches_all() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("each"), jobs(120));
    let times: Vec<AtomicUsize> = jobs.iter().map(|_| AtomicUsize::new(0)).collect();
    let here = |farm: &Farm| {
        let own = Mutex::new(BTreeSet::new());
        let ended = work(farm, "test", &jobs, |place| {
            thread::sleep(Duration::from_millis(10));
            times[place].fetch_add(1, Ordering::Relaxed);
            own.lock().unwrap().insert(place);
            Ok(result(place))
        })
        .unwrap();
        assert!(ended.failure.is_none());
        let own = own.into_inner().unwrap();
        for (place, found) in ended.results.iter().enumerate() {
            // Who has done it has it.
            assert_eq!(found.is_none(), own.contains(&place));
            assert!(found.as_ref().is_none_or(|found| *found == result(place)), "job {place}");
        }
        own.len()
    };
    let farm = serve(&url, &folder, quick());
    let done: Vec<usize> = thread::scope(|scope| {
        let main = scope.spawn(|| here(&farm));
        let worker = || {
            let joined = join(&url, folder.path(), quick());
            assert_eq!(joined.task, "a task");
            assert_eq!(fs::read(joined.directory().join("supernet.safetensors")).unwrap(), [7; 3_000_000]);
            here(&joined.farm)
        };
        let workers: Vec<_> = (0..3).map(|_| scope.spawn(worker)).collect();
        [main].into_iter().chain(workers).map(|thread| thread.join().unwrap()).collect()
    });
    farm.end(Ok(())).unwrap();
    assert_eq!(done.iter().sum::<usize>(), jobs.len());
    assert!(times.iter().all(|times| times.load(Ordering::Relaxed) == 1), "{done:?}");
    let status = farm_status(&url).unwrap();
    let run = status.runs.iter().find(|run| run.name == folder.path().display().to_string()).unwrap();
    assert_eq!((run.state.as_str(), run.done, run.held, run.left, run.failed), ("ended", 120, 0, 0, 0));
    assert!(status.to_string().contains("ended"), "{status}");
}

#[test]
fn a_job_that_fails_is_tried_three_times_then_named_and_the_rest_goes_on() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("fails"), jobs(30));
    let tries = AtomicUsize::new(0);
    let here = |farm: &Farm| {
        work(farm, "test", &jobs, |place| match place {
            11 => {
                tries.fetch_add(1, Ordering::Relaxed);
                Err(TrainError::config("learning rate", 1e9, "less"))
            }
            place => Ok(result(place)),
        })
        .unwrap()
    };
    let check = |Ended { results, failure }: Ended| {
        let error = failure.unwrap().to_string();
        assert!(error.starts_with("job/11: found 3 failures, the last: learning rate: found 1000000000"), "{error}");
        results.iter().flatten().count()
    };
    let farm = serve(&url, &folder, quick());
    thread::scope(|scope| {
        let main = scope.spawn(|| check(here(&farm)));
        let worker = scope.spawn(|| {
            let joined = join(&url, folder.path(), quick());
            check(here(&joined.farm))
        });
        // Each has what the other did.
        assert_eq!(main.join().unwrap() + worker.join().unwrap(), 29);
        farm.end(Err(&TrainError::config("learning rate", 1e9, "less"))).unwrap();
    });
    assert_eq!(tries.into_inner(), 3);
    let status = farm_status(&url).unwrap();
    let run = status.runs.iter().find(|run| run.name == folder.path().display().to_string()).unwrap();
    assert_eq!((run.state.as_str(), run.done, run.failed), ("failed", 29, 1));
    assert_eq!((run.failures[0].job.as_str(), run.failures[0].tries), ("job/11", 3));
    // The same call tries it again.
    let farm = serve(&url, &folder, quick());
    let ended = work(&farm, "test", &jobs, |place| Ok(result(place))).unwrap();
    assert!(ended.failure.is_none() && ended.results.iter().flatten().count() == 29);
    farm.end(Ok(())).unwrap();
}

#[test]
fn what_comes_too_late_is_refused_and_counted_and_what_nobody_took_over_is_not() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("late"), jobs(2));
    let farm = serve(&url, &folder, silent());
    let round = farm.round("test", &jobs).unwrap().unwrap();
    let (Next::Job(first), Next::Job(second)) = (round.next().unwrap(), round.next().unwrap()) else {
        panic!("no jobs")
    };
    let joined = join(&url, folder.path(), quick());
    let there = joined.farm.round("test", &jobs).unwrap().unwrap();
    assert!(matches!(there.next().unwrap(), Next::Wait(_)), "the leases have not run out");
    thread::sleep(Duration::from_millis(2_000));
    assert_eq!(there.next().unwrap(), Next::Job(first), "the dearest first");
    // The lease of the second has run out too, but nobody else has claimed it.
    round.done(second, Ok(vec![2])).unwrap();
    round.done(first, Ok(vec![1])).unwrap();
    assert_eq!((farm.done(), farm.refused()), (1, 1));
    there.done(first, Ok(vec![3])).unwrap();
    assert_eq!(there.next().unwrap(), Next::Nothing);
    let ended = there.end(None).unwrap();
    assert_eq!((&ended.results[first], &ended.results[second]), (&None, &Some(vec![2])));
    drop(round);
    farm.end(Ok(())).unwrap();
}

#[test]
fn a_job_that_ends_its_workers_is_given_up_and_the_rest_goes_on() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("ends its workers"), jobs(5));
    let options = FarmOptions { losses: 3, ..quick() };
    let farm = serve(&url, &folder, options);
    let round = farm.round("test", &jobs).unwrap().unwrap();
    let gone = FarmOptions { losses: 3, ..silent() };
    // The dearest, which each of them claims first.
    let mut ended = Vec::new();
    for _ in 0..3 {
        let joined = join(&url, folder.path(), gone);
        let there = joined.farm.round("test", &jobs).unwrap().unwrap();
        assert_eq!(there.next().unwrap(), Next::Job(4));
        thread::sleep(gone.lease + Duration::from_millis(200));
        drop(there);
        // As a process that is killed: it gives nothing back.
        ended.push(std::mem::ManuallyDrop::new(joined));
    }
    drop(round);
    let Ended { results, failure } = work(&farm, "test", &jobs, |place| Ok(result(place))).unwrap();
    let error = failure.unwrap().to_string();
    assert!(error.starts_with("job/4: found 3 failures, the last: its worker was gone without a word"), "{error}");
    assert!(results.iter().flatten().count() == 0 && farm.done() == 4, "the main process did the others");
    let status = farm_status(&url).unwrap();
    let run = status.runs.iter().find(|run| run.name == folder.path().display().to_string()).unwrap();
    assert_eq!((run.failures[0].job.as_str(), run.failures[0].tries), ("job/4", 3));
    // The same call tries it again.
    farm.end(Err(&TrainError::config("job", 4, "less"))).unwrap();
    let farm = serve(&url, &folder, options);
    assert!(work(&farm, "test", &jobs, |place| Ok(result(place))).unwrap().failure.is_none());
    farm.end(Ok(())).unwrap();
}

#[test]
fn what_measures_a_machine_is_left_to_the_main_process() {
    let Some(url) = url() else { return };
    let (folder, mut jobs) = (directory("first"), jobs(2));
    jobs[0].by_first = true;
    let farm = serve(&url, &folder, quick());
    let round = farm.round("test", &jobs).unwrap().unwrap();
    let joined = join(&url, folder.path(), quick());
    let there = joined.farm.round("test", &jobs).unwrap().unwrap();
    assert_eq!(there.next().unwrap(), Next::Job(1));
    assert!(matches!(there.next().unwrap(), Next::Wait(_)));
    assert_eq!(round.next().unwrap(), Next::Job(0));
    round.done(0, Ok(vec![])).unwrap();
    there.done(1, Ok(vec![])).unwrap();
    thread::sleep(Duration::from_millis(100));
    assert_eq!((round.next().unwrap(), there.next().unwrap()), (Next::Nothing, Next::Nothing));
    drop((round, there));
    farm.end(Ok(())).unwrap();
}

#[test]
fn a_long_training_goes_on_where_another_worker_has_left_it() {
    let Some(url) = url() else { return };
    let (folder, elsewhere) = (directory("states"), tempfile::tempdir().unwrap());
    let job = |folder: &Path| {
        let files = Some(folder.join("networks/003"));
        vec![CrewJob { key: "networks/003".into(), cost: 1.0, files, by_first: false }]
    };
    let often = FarmOptions { checkpoint: Duration::from_millis(200), ..silent() };
    let farm = serve(&url, &folder, often);
    let here = job(folder.path());
    let round = farm.round("test", &here).unwrap().unwrap();
    assert_eq!(round.next().unwrap(), Next::Job(0));
    let stem = folder.path().join("networks");
    for step in [5, 9] {
        write_whole(&stem.join("003.jsonl"), format!("log until {step}").as_bytes()).unwrap();
        write_whole(&stem.join(format!("003-{step}.checkpoint")), &vec![step as u8; 3_000_000]).unwrap();
        thread::sleep(Duration::from_millis(600));
    }
    thread::sleep(Duration::from_millis(1_000));
    let joined = join(&url, folder.path(), quick());
    let there = job(elsewhere.path());
    let other = joined.farm.round("test", &there).unwrap().unwrap();
    assert_eq!(other.next().unwrap(), Next::Job(0));
    let stem = elsewhere.path().join("networks");
    assert_eq!(fs::read(stem.join("003-9.checkpoint")).unwrap(), [9; 3_000_000]);
    assert_eq!(fs::read(stem.join("003.jsonl")).unwrap(), b"log until 9");
    // What the first stores now is not the job's any more.
    write_whole(&folder.path().join("networks/003-12.checkpoint"), b"late").unwrap();
    thread::sleep(Duration::from_millis(600));
    let mut client = Client::connect(&url, NoTls).unwrap();
    let query = "SELECT count(*) FROM supernet_farm.blob WHERE name = 'state/networks/003'
                 AND run = (SELECT id FROM supernet_farm.run WHERE name = $1)";
    let states = |client: &mut Client| {
        client.query_one(query, &[&folder.path().display().to_string()]).unwrap().get::<_, i64>(0)
    };
    assert!((1..=2).contains(&states(&mut client)));
    other.done(0, Ok(vec![1; 2_000_000])).unwrap();
    // The first may be storing one more, which it is about to take back.
    let began = Instant::now();
    while states(&mut client) > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "the job is done");
        thread::sleep(Duration::from_millis(20));
    }
    drop((round, other));
    farm.end(Ok(())).unwrap();
}

#[test]
fn workers_that_would_not_compute_the_same_are_refused_by_name() {
    let Some(url) = url() else { return };
    let folder = directory("others");
    let farm = serve(&url, &folder, quick());
    let (jobs, name) = (jobs(1), folder.path().display().to_string());
    let round = farm.round("test", &jobs).unwrap().unwrap();
    let mut client = Client::connect(&url, NoTls).unwrap();
    for (column, what) in [("version", "version"), ("processor", "processor class"), ("supernet", "supernet")] {
        let of = format!("SELECT {column} FROM supernet_farm.run WHERE name = $1");
        let before: String = client.query_one(&of, &[&name]).unwrap().get(0);
        let set = format!("UPDATE supernet_farm.run SET {column} = $2 WHERE name = $1");
        client.execute(&set, &[&name, &"another"]).unwrap();
        let error = try_join(&url, folder.path(), quick()).err().expect("another").to_string();
        assert!(error.contains(&format!(": {what}: found ")), "{error}");
        assert!(error.contains(" here, expected another as the run has; "), "{error}");
        client.execute(&set, &[&name, &before]).unwrap();
    }
    // Damaged on its way, or in the database.
    let damage = "UPDATE supernet_farm.part SET bytes = set_byte(bytes, 1000, 1) WHERE part = 1 AND blob =
        (SELECT files FROM supernet_farm.run WHERE name = $1)";
    client.execute(damage, &[&name]).unwrap();
    let error = try_join(&url, folder.path(), quick()).err().expect("damaged").to_string();
    assert!(error.starts_with("the files of run "), "{error}");
    drop(round);
    farm.end(Ok(())).unwrap();
}

#[test]
fn a_worker_finds_out_that_a_run_has_ended() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("ends"), jobs(1));
    let farm = serve(&url, &folder, quick());
    let round = farm.round("test", &jobs).unwrap().unwrap();
    assert_eq!(round.next().unwrap(), Next::Job(0));
    let joined = join(&url, folder.path(), quick());
    let there = joined.farm.round("test", &jobs).unwrap().unwrap();
    farm.end(Ok(())).unwrap();
    thread::sleep(Duration::from_millis(1_200));
    let error = there.next().unwrap_err().to_string();
    assert!(error.contains("found it ended, expected it open"), "{error}");
}

#[test]
fn tables_of_another_version_are_refused() {
    let Some(url) = url() else { return };
    let name = format!("supernet_farm_test_{}", std::process::id());
    let mut client = Client::connect(&url, NoTls).unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let other = format!("{server}/{name}");
    drop(Workplace::open(&other, quick()).unwrap());
    Client::connect(&other, NoTls).unwrap().batch_execute("UPDATE supernet_farm.version SET version = 0").unwrap();
    let error = Workplace::open(&other, quick()).err().expect("another version").to_string();
    assert!(error.contains("found tables of version 0, expected "), "{error}");
    client.batch_execute(&format!("DROP DATABASE {name}")).unwrap();
}

#[test]
fn a_network_that_is_cut_loses_nothing() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("cut"), jobs(200));
    let (before, rest) = url.split_once('@').expect("postgres://user@host:port/database");
    let (server, database) = rest.split_once('/').unwrap();
    let cable = Cable::to(server.into());
    let through = format!("{before}@127.0.0.1:{}/{database}", cable.port);
    let here = |farm: &Farm, each: u64| {
        let ended = work(farm, "test", &jobs, |place| {
            thread::sleep(Duration::from_millis(each));
            Ok(result(place))
        })
        .unwrap();
        assert!(ended.failure.is_none());
        let wrong =
            |(place, found): (usize, &Option<Vec<u8>>)| found.as_ref().is_some_and(|found| *found != result(place));
        assert!(!ended.results.iter().enumerate().any(wrong));
        ended.results.iter().flatten().count()
    };
    let farm = serve(&url, &folder, quick());
    thread::scope(|scope| {
        // The main process leaves enough for whoever is cut off now and then.
        let main = scope.spawn(|| here(&farm, 150));
        let worker = scope.spawn(|| {
            let joined = join(&through, folder.path(), quick());
            (here(&joined.farm, 30), joined.farm.done())
        });
        for _ in 0..2 {
            thread::sleep(Duration::from_millis(700));
            cable.cut_for(Duration::from_millis(800));
        }
        let (here, (there, done)) = (main.join().unwrap(), worker.join().unwrap());
        eprintln!("{done} jobs behind the cable; {here} and {there} results of others");
        assert!(done > 20, "{done}");
        farm.end(Ok(())).unwrap();
    });
}

#[test]
fn a_claim_of_twenty_thousand_is_quick_and_a_job_costs_little() {
    let Some(url) = url() else { return };
    let (folder, jobs) = (directory("many"), jobs(20_000));
    let farm = serve(&url, &folder, FarmOptions::default());
    let began = Instant::now();
    let round = farm.round("test", &jobs).unwrap().unwrap();
    eprintln!("20,000 jobs published in {:.2} s", began.elapsed().as_secs_f64());
    /// So many are done: enough for runs, and for what they leave in the tables.
    const SOME: usize = 3_000;
    let (mut claims, mut handing) = (Vec::new(), Duration::ZERO);
    let began = Instant::now();
    while claims.len() < SOME {
        let asked = Instant::now();
        match round.next().unwrap() {
            Next::Job(place) => {
                claims.push(asked.elapsed());
                let asked = Instant::now();
                round.done(place, Ok(vec![place as u8; 200])).unwrap();
                handing += asked.elapsed();
            }
            other => panic!("{other:?}"),
        }
    }
    let whole = began.elapsed();
    let mean = claims.iter().sum::<Duration>() / claims.len() as u32;
    claims.sort();
    let (most, worst) = (claims[claims.len() * 999 / 1_000], claims[claims.len() - 1]);
    // A claim of one job alone, as of jobs that take long.
    let mut singly = Vec::new();
    let (other, few) = (directory("one by one"), jobs.clone());
    let alone = serve(&url, &other, FarmOptions::default());
    let one = alone.round("test", &few).unwrap().unwrap();
    for _ in 0..100 {
        let asked = Instant::now();
        let Next::Job(place) = one.next().unwrap() else { panic!("no job") };
        singly.push(asked.elapsed());
        thread::sleep(Duration::from_millis(1));
        one.done(place, Err(&TrainError::config("job", 1, "a claim alone"))).unwrap();
    }
    singly.sort();
    let each = singly.iter().sum::<Duration>() / singly.len() as u32;
    round.end(Some(TrainError::Stopped { stage: "test".into(), step: 0 })).unwrap();
    let handed = handing / SOME as u32;
    eprintln!(
        "claims of 20,000 in runs: mean {:.3} ms a job, 99.9 % under {:.2} ms, worst {:.2} ms; one by one: mean {:.2} ms, \
         median {:.2} ms; handing in: {:.2} ms; {SOME} in {:.1} s; a job of 10 s: {:.4} %",
        1e3 * mean.as_secs_f64(),
        1e3 * most.as_secs_f64(),
        1e3 * worst.as_secs_f64(),
        1e3 * each.as_secs_f64(),
        1e3 * singly[singly.len() / 2].as_secs_f64(),
        1e3 * handed.as_secs_f64(),
        whole.as_secs_f64(),
        100.0 * (each + handed).as_secs_f64() / 10.0,
    );
    assert!(mean < Duration::from_millis(5));
    assert!((each + handed).as_secs_f64() < 0.02 * 10.0);
    drop(one);
    farm.end(Ok(())).unwrap();
    alone.end(Ok(())).unwrap();
}

#[test]
fn hidden_connections_are_made_to_servers_whose_certificates_are_trusted_alone() {
    let Ok(url) = std::env::var("SUPERNET_FARM_TLS") else {
        eprintln!("skipped: SUPERNET_FARM_TLS names no database with a certificate of its own; .ci/scale makes one");
        return;
    };
    let (plain, certificate) = url.split_once("?sslrootcert=").expect("an address with ?sslrootcert=FILE");
    let folder = directory("hidden");
    for mode in ["prefer", "require", "verify-full"] {
        let error = Workplace::open(&format!("{plain}?sslmode={mode}"), quick()).err().expect("no authority");
        assert!(matches!(error, FarmError::Certificate { .. }), "{error}");
        let url = format!("{plain}?sslmode={mode}&sslrootcert={certificate}");
        let farm = serve(&url, &folder, quick());
        let query = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE application_name = 'supernet' AND NOT ssl";
        let ended = work(&farm, "test", &jobs(3), |place| Ok(result(place))).unwrap();
        assert!(ended.failure.is_none());
        let mut client = Client::connect(&format!("{plain}?sslmode=disable"), NoTls).unwrap();
        assert_eq!(client.query_one(query, &[]).unwrap().get::<_, i64>(0), 0, "{mode}");
        farm.end(Ok(())).unwrap();
    }
}
