//! A run and its workers on a farm that is disturbed as farms are. `SUPERNET_FARM` names a database
//! that nobody else uses, `SUPERNET_FARM_RESTART` a command that kills its server and starts it
//! again, as `.ci/scale` has them; without the first nothing is tested.

#![cfg(all(unix, feature = "farm"))]

#[path = "../../supernet-crew/tests/cable/mod.rs"]
mod cable;

use cable::Cable;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A search of some two hundred jobs.
const SEARCH: [&str; 12] = [
    "--budget",
    "0.02",
    "--train",
    "800",
    "--validation",
    "500",
    "--test",
    "100",
    "--candidates",
    "2100",
    "--output",
    "quiet",
];

fn supernet() -> Command {
    Command::new(env!("CARGO_BIN_EXE_supernet"))
}

/// A process of its own, killed when it is dropped.
struct Process(Child);

impl Process {
    fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        Self(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What the farm says of itself; `None` while its server is down.
fn status(url: &str) -> Option<serde_json::Value> {
    let output = supernet().args(["farm", "status", url, "--json"]).output().unwrap();
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

/// The files below a folder without times, as `supernet_tests::tiny::contents` reads them.
fn contents(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if path.is_dir() {
            contents(root, &path, found);
        } else if !["lock", "times.csv"].contains(&&*name) && !name.ends_with(".html") {
            let bytes = fs::read(&path).unwrap();
            let lines = |kept: &dyn Fn(&str) -> String| {
                String::from_utf8(bytes.clone()).unwrap().lines().map(kept).collect::<String>().into_bytes()
            };
            let timeless = match name.as_str() {
                // Of an experiment: how long a network took is the last column.
                "truth.csv" => lines(&|line| line.rsplit_once(',').map_or(line, |(rest, _)| rest).to_owned() + "\n"),
                name if name.ends_with(".jsonl") => {
                    lines(&|line| line.split_once(',').map_or(line, |(_time, rest)| rest).to_owned() + "\n")
                }
                "best/card.md" => {
                    lines(&|line| if line.starts_with("| latency | ") { String::new() } else { line.to_owned() + "\n" })
                }
                "best/architecture.json" => {
                    let text = String::from_utf8(bytes).unwrap();
                    text.split_once(",\n  \"latency\": [")
                        .map_or(text.as_str(), |(before, _)| before)
                        .as_bytes()
                        .to_vec()
                }
                _ => bytes,
            };
            found.insert(name, timeless);
        }
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    contents(folder, folder, &mut found);
    found
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Kill,
    Stop,
    Cut,
    Restart,
}

#[test]
fn a_farm_that_is_disturbed_leaves_the_files_of_a_run_without_one() {
    let Ok(url) = std::env::var("SUPERNET_FARM") else {
        eprintln!("skipped: SUPERNET_FARM names no database; .ci/scale makes one");
        return;
    };
    let restart = std::env::var("SUPERNET_FARM_RESTART").ok();
    let folder = tempfile::tempdir().unwrap();
    let (plain, shared) = (folder.path().join("plain"), folder.path().join("shared"));
    let began = Instant::now();
    assert!(supernet().arg("run").arg(&plain).args(SEARCH).status().unwrap().success());
    eprintln!("without a farm: {:.0} s", began.elapsed().as_secs_f64());

    let (before, rest) = url.split_once('@').expect("postgres://user@host:port/database");
    let (server, database) = rest.split_once('/').unwrap();
    let cable = Cable::to(server.into());
    let through = format!("{before}@127.0.0.1:{}/{database}", cable.port);
    let log = folder.path().join("main.log");
    let began = Instant::now();
    let mut main =
        Process::start(supernet().arg("run").arg(&shared).args(SEARCH).args(["--farm", &url, "--lease", "3"]), &log);
    let worker = |i: usize| {
        // Two of them behind the cable.
        let url = if i < 2 { &url } else { &through };
        let log = folder.path().join(format!("worker-{i}.log"));
        Process::start(supernet().args(["work", url, "--lease", "3", "--output", "quiet"]), &log)
    };
    let mut workers: Vec<Process> = (0..4).map(worker).collect();
    while status(&url).is_none_or(|status| status["runs"][0]["jobs"].as_i64().unwrap_or(0) == 0) {
        assert!(main.is_running(), "{}", fs::read_to_string(&log).unwrap());
        sleep(Duration::from_millis(100));
    }
    use Event::{Cut, Kill, Restart, Stop};
    let events = [Kill, Stop, Kill, Cut, Kill, Restart, Kill, Kill, Stop, Kill, Kill, Cut, Kill, Restart, Kill, Kill];
    let mut happened = Vec::new();
    for (i, event) in events.into_iter().enumerate() {
        sleep(Duration::from_millis(1_500));
        if !main.is_running() {
            break;
        }
        match event {
            Kill => workers[i % 4] = worker(i % 4),
            Stop => {
                workers[i % 4].signal("-STOP");
                sleep(Duration::from_secs(7));
                workers[i % 4].signal("-CONT");
            }
            Cut => cable.cut_for(Duration::from_secs(2)),
            Restart => match &restart {
                Some(command) => assert!(Command::new("sh").args(["-c", command]).status().unwrap().success()),
                None => continue,
            },
        }
        happened.push(event);
    }
    let still_running = main.is_running();
    eprintln!("{} of {} events, the run still going on: {still_running}", happened.len(), events.len());
    assert!(main.0.wait().unwrap().success(), "{}", fs::read_to_string(&log).unwrap());
    let status = status(&url).unwrap();
    let run = &status["runs"][0];
    let refused: i64 =
        status["workers"].as_array().unwrap().iter().map(|worker| worker["refused"].as_i64().unwrap()).sum();
    let by_workers: i64 =
        status["workers"].as_array().unwrap().iter().map(|worker| worker["done"].as_i64().unwrap()).sum();
    eprintln!(
        "on a farm: {:.0} s, {} jobs, {refused} late results refused, {by_workers} results as their workers count",
        began.elapsed().as_secs_f64(),
        run["done"]
    );
    assert_eq!(
        (run["state"].as_str(), run["left"].as_i64(), run["failed"].as_i64()),
        (Some("ended"), Some(0), Some(0))
    );
    assert!(run["done"].as_i64().unwrap() >= 200, "{}", run["done"]);
    assert!(still_running && happened.len() + 2 * usize::from(restart.is_none()) == events.len(), "{happened:?}");
    let (found, expected) = (files(&shared), files(&plain));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in found {
        assert!(bytes == expected[&name], "{name} differs");
    }
    assert!(refused > 0, "a worker that was stopped past its lease hands in too late");
    workers.iter().for_each(|worker| worker.signal("-TERM"));
    for mut worker in workers {
        assert_eq!(worker.0.wait().unwrap().code(), Some(130));
    }
}

/// An experiment of some twenty trainings.
const STUDY: [&str; 20] = [
    "--budget",
    "0.02",
    "--train",
    "800",
    "--validation",
    "500",
    "--test",
    "100",
    "--candidates",
    "40",
    "--supernets",
    "2",
    "--natural",
    "6",
    "--stratified",
    "4",
    "--twice",
    "2",
    "--output",
    "quiet",
];

#[test]
fn an_experiment_on_a_farm_leaves_the_files_of_one_without() {
    let Ok(url) = std::env::var("SUPERNET_FARM") else {
        eprintln!("skipped: SUPERNET_FARM names no database; .ci/scale makes one");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [plain, shared, known, log] = ["plain", "shared", "known", "log"].map(|name| folder.path().join(name));
    let said = || fs::read_to_string(&log).unwrap();
    let study = |directory: &Path| {
        let mut command = supernet();
        command.args(["study", "correlation"]).arg(directory).args(STUDY);
        command
    };
    assert!(study(&plain).status().unwrap().success());

    let mut main = Process::start(study(&shared).args(["--farm", &url, "--lease", "3"]), &log);
    let worker = || Process::start(supernet().args(["work", &url, "--lease", "3", "--output", "quiet"]), &log);
    let mut workers = [worker(), worker()];
    let mut kills = 0;
    while main.is_running() {
        sleep(Duration::from_millis(2_500));
        if kills < 2 {
            workers[kills] = worker();
            kills += 1;
        }
    }
    assert!(main.0.wait().unwrap().success(), "{}", said());
    let run = &status(&url).unwrap()["runs"][0];
    assert_eq!((run["left"].as_i64(), run["failed"].as_i64()), (Some(0), Some(0)), "{run}");
    // Two supernets, twelve networks from scratch, and what both supernets score.
    assert!(kills == 2 && run["done"].as_i64().unwrap() > 14, "{kills} kills, {run}");
    let expected = files(&plain);
    let found = files(&shared);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &found {
        assert!(*bytes == expected[name], "{name} differs");
    }
    let by_workers = |url: &str| {
        status(url).unwrap()["workers"].as_array().unwrap().iter().map(|w| w["done"].as_i64().unwrap()).sum()
    };
    let before: i64 = by_workers(&url);
    assert!(before > 0, "{}", said());

    // What a table of the main process says of networks is known to workers, too.
    let table = plain.join("truth.csv").display().to_string();
    let done = study(&known).args(["--truth", &table, "--farm", &url]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!known.join("truth.csv").exists());
    assert_eq!(files(&known)["result.json"], expected["result.json"]);
    workers.iter().for_each(|worker| worker.signal("-TERM"));
    for mut worker in workers {
        assert_eq!(worker.0.wait().unwrap().code(), Some(130), "{}", said());
    }
}
