//! Processes of an MPI job on one run: files are those of one process, bit for bit, whoever is
//! killed, and a network that is cut ends all. Open MPI is needed: `.ci/scale` installs it.
#![cfg(feature = "mpi")]

use rand::RngExt;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use supernet::prelude::draws;
use supernet_tests::tiny::{assert_same, contents};

/// Jobs of several processes leave no room for one another.
static ONE_JOB: Mutex<()> = Mutex::new(());

fn alone_at_work() -> MutexGuard<'static, ()> {
    ONE_JOB.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shares of a step: one ghost batch each.
const SHARES: &str = "4";

/// `crew_run` by `size` processes of one thread each.
fn mpirun(size: usize, arguments: &[&str]) -> Command {
    let mut command = Command::new("mpirun");
    command.args(["--oversubscribe", "--bind-to", "none", "-n", &size.to_string()]);
    command.arg(env!("CARGO_BIN_EXE_crew_run")).args(arguments);
    for (name, value) in
        [("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"), ("RAYON_NUM_THREADS", "1")]
    {
        command.env(name, value);
    }
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the run of a space leaves that one process made.
fn alone(space: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let done = Command::new(env!("CARGO_BIN_EXE_crew_run")).args([space, &path, SHARES]).output().unwrap();
    assert!(done.status.success(), "{}", text(&done));
    contents(folder.path())
}

#[test]
fn files_depend_on_the_shares_and_not_on_the_processes() {
    let _alone = alone_at_work();
    for space in ["paper", "own", "nas-bench-201"] {
        let expected = alone(space);
        for size in [1, 2, 4] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().display().to_string();
            let done = mpirun(size, &[space, &path, SHARES]).output().unwrap();
            assert!(done.status.success(), "{size} processes: {}", text(&done));
            assert_same(&contents(folder.path()), &expected);
        }
    }
}

#[test]
fn a_process_with_another_configuration_is_refused_by_name() {
    let _alone = alone_at_work();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let done = mpirun(2, &["paper", &path, SHARES]).env("CREW_OTHER", "1").output().unwrap();
    assert!(!done.status.success());
    assert!(text(&done).contains("configuration, versions or data of worker 1: found "), "{}", text(&done));
    assert!(!folder.path().join("supernet.safetensors").exists());
}

/// The processes of `crew_run` that a process has started, by way of others too.
fn ranks_of(child: &Child) -> Vec<i32> {
    let parent = |pid: i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse::<i32>().ok()
    };
    let name = |pid: i32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let is_below = |mut pid: i32| loop {
        match parent(pid) {
            Some(above) if above == child.id() as i32 => break true,
            Some(above) if above > 1 => pid = above,
            _ => break false,
        }
    };
    let all = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    all.filter(|&pid| name(pid).trim() == "crew_run" && is_below(pid)).collect()
}

#[test]
#[ignore = "minutes: .ci/scale mpi_full"]
fn a_job_whose_processes_are_killed_twenty_times_ends_with_the_same_files() {
    let _alone = alone_at_work();
    let expected = alone("paper");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let start = || mpirun(2, &["paper", &path, SHARES, "often"]).stderr(Stdio::null()).spawn().unwrap();
    let undisturbed = {
        let (began, whole) = (Instant::now(), tempfile::tempdir().unwrap());
        let whole = whole.path().display().to_string();
        assert!(mpirun(2, &["paper", &whole, SHARES, "often"]).stderr(Stdio::null()).status().unwrap().success());
        began.elapsed()
    };
    let mut rng = draws(1, "kills", 0);
    let (mut kills, mut whole) = (0, 0);
    while kills < 20 {
        let mut job = start();
        let delay = undisturbed.mul_f64(rng.random_range(0.0..0.7));
        let began = Instant::now();
        while began.elapsed() < delay && job.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let ranks = ranks_of(&job);
        if job.try_wait().unwrap().is_some() || ranks.is_empty() {
            // It was done before, or had not begun.
            job.wait().unwrap();
            if folder.path().join("best/weights.safetensors").exists() {
                assert_same(&contents(folder.path()), &expected);
                whole += 1;
                fs::remove_dir_all(folder.path()).unwrap();
                fs::create_dir(folder.path()).unwrap();
            }
            continue;
        }
        let rank = ranks[rng.random_range(0..ranks.len())];
        Command::new("kill").args(["-9", &rank.to_string()]).status().unwrap();
        assert!(!job.wait().unwrap().success(), "the job goes on without one of its processes");
        kills += 1;
    }
    assert!(start().wait().unwrap().success());
    assert_same(&contents(folder.path()), &expected);
    println!("killed {kills} times; {whole} runs were done before the last");
}

/// Two network namespaces with a link between them, as two hosts; root makes them.
struct Hosts;

/// Starts a process of Open MPI in the namespace that a host is.
const AGENT: &str = "#!/bin/sh\nhost=$1; shift\nexec ip netns exec \"$host\" sh -c \"$*\"\n";

impl Hosts {
    fn new() -> Option<Self> {
        let ip = |arguments: &str| {
            Command::new("ip").args(arguments.split(' ')).output().is_ok_and(|done| done.status.success())
        };
        let made = ip("netns add crew0")
            && ip("netns add crew1")
            && ip("link add crew-a netns crew0 type veth peer name crew-b netns crew1");
        let hosts = Self;
        let up = |host: &str, device: &str, address: &str| {
            ip(&format!("-n {host} link set lo up"))
                && ip(&format!("-n {host} addr add {address}/24 dev {device}"))
                && ip(&format!("-n {host} link set {device} up"))
        };
        (made && up("crew0", "crew-a", "10.77.0.1") && up("crew1", "crew-b", "10.77.0.2")).then_some(hosts)
    }

    fn cut(&self) {
        assert!(Command::new("ip").args("-n crew0 link set crew-a down".split(' ')).status().unwrap().success());
    }

    fn join(&self) {
        assert!(Command::new("ip").args("-n crew0 link set crew-a up".split(' ')).status().unwrap().success());
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in ["crew0", "crew1"] {
            Command::new("ip").args(["netns", "del", host]).status().ok();
        }
    }
}

/// One process on each of two hosts.
fn on_two_hosts(agent: &Path, path: &str, deadline: u64) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", "crew0", "mpirun", "--bind-to", "none", "-n", "2"]);
    command.args(["--host", "10.77.0.1:1,10.77.0.2:1", "--mca", "btl", "tcp,self"]);
    command.args(["--mca", "btl_tcp_if_include", "10.77.0.0/24", "--mca", "oob_tcp_if_include", "10.77.0.0/24"]);
    command.args(["--mca", "plm_rsh_agent", &agent.display().to_string()]);
    command.args(["-x", "RAYON_NUM_THREADS=1", "-x", &format!("CREW_DEADLINE={deadline}")]);
    command.arg(env!("CARGO_BIN_EXE_crew_run")).args(["paper", path, SHARES, "often"]);
    command.envs([("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")]);
    command
}

/// Processes of `crew_run` on this machine.
fn crew_runs() -> usize {
    let all =
        fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| fs::read_to_string(entry.path().join("comm")).ok());
    all.filter(|name| name.trim() == "crew_run").count()
}

#[test]
#[ignore = "minutes: .ci/scale mpi_full"]
fn a_network_that_is_cut_ends_all_processes_and_the_run_goes_on_afterwards() {
    let _alone = alone_at_work();
    let Some(hosts) = Hosts::new() else {
        println!("not run: network namespaces need root and `ip`");
        return;
    };
    const DEADLINE: u64 = 10;
    let folder = tempfile::tempdir().unwrap();
    let agent = folder.path().join("agent");
    fs::write(&agent, AGENT.replace("host=$1", "case $1 in *.1) host=crew0;; *) host=crew1;; esac")).unwrap();
    Command::new("chmod").arg("+x").arg(&agent).status().unwrap();
    let run = folder.path().join("run");
    let path = run.display().to_string();
    let mut job = on_two_hosts(&agent, &path, DEADLINE).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let has_begun = || {
        fs::read_dir(&run)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.path().extension().is_some_and(|of| of == "checkpoint"))
    };
    while !has_begun() {
        assert!(began.elapsed() < Duration::from_secs(60) && job.try_wait().unwrap().is_none(), "it does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    hosts.cut();
    let cut = Instant::now();
    while crew_runs() > 0 {
        assert!(cut.elapsed() < Duration::from_secs(DEADLINE + 20), "processes live on without a network");
        std::thread::sleep(Duration::from_millis(100));
    }
    println!(
        "all processes were gone {:.1} s after the cut, with a deadline of {DEADLINE} s",
        cut.elapsed().as_secs_f64()
    );
    job.kill().ok();
    job.wait().unwrap();
    hosts.join();
    let again = on_two_hosts(&agent, &path, 60).output().unwrap();
    assert!(again.status.success(), "{}", text(&again));
    assert_same(&contents(&run), &alone("paper"));
}
