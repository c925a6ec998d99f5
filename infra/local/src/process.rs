//! The processes that the stack started, recorded so that a later command stops these and no
//! others.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// Time that a process may take to exit after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A process that leads its own group. The start time distinguishes it from a later process with
/// the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessRecord {
    pub(crate) name: String,
    pub(crate) pid: i32,
    started: String,
}

impl ProcessRecord {
    /// Returns whether this process still runs, and not another one with its id.
    pub(crate) fn is_running(&self) -> bool {
        started(self.pid).is_some_and(|started| started == self.started)
    }

    /// Stops the process and all of its group, such as the Lambda functions that the emulator
    /// started.
    pub(crate) fn stop(&self) {
        if !self.is_running() {
            return;
        }
        let group = Pid::from_raw(self.pid);
        // The group may exit by itself at any moment, which is fine.
        let _ = killpg(group, Signal::SIGTERM);
        let asked = Instant::now();
        while self.is_running() && asked.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = killpg(group, Signal::SIGKILL);
        // Reaps the process if it is a child; other processes have another parent.
        let _ = waitpid(group, Some(WaitPidFlag::WNOHANG));
    }
}

/// A process to start. `environment` is complete: nothing is inherited, so that no token of the
/// caller reaches a Lambda function.
#[derive(Debug)]
pub(crate) struct LaunchSpec {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) log: PathBuf,
}

/// The processes of one stack, recorded in a file from the moment each one starts.
#[derive(Debug)]
pub(crate) struct Processes {
    file: PathBuf,
    list: Vec<ProcessRecord>,
    /// Standard inputs of guarded children, which stop when these are closed: see guard.py.
    children: Vec<Child>,
}

impl Processes {
    /// Reads the record. A missing file means that nothing was started.
    pub(crate) fn open(file: PathBuf) -> Result<Self> {
        let list = read(&file)?;
        Ok(Self { file, list, children: Vec::new() })
    }

    /// Returns the recorded processes that still run.
    pub(crate) fn running(&self) -> impl Iterator<Item = &ProcessRecord> {
        self.list.iter().filter(|process| process.is_running())
    }

    /// Returns the names of processes that have exited. None should by itself: they serve until
    /// they are stopped.
    pub(crate) fn exited(&self) -> Vec<&str> {
        self.list.iter().filter(|process| !process.is_running()).map(|process| process.name.as_str()).collect()
    }

    /// Returns whether the file still records these processes: another command may have stopped
    /// them and started others.
    pub(crate) fn are_still_recorded(&self) -> bool {
        read(&self.file).is_ok_and(|list| list == self.list)
    }

    /// Starts a process in a group of its own. With `guard`, the path of a Python that runs it, the
    /// process stops when this one ends; without, it continues.
    pub(crate) fn start(&mut self, launch: &LaunchSpec, guard: Option<&Path>) -> Result<()> {
        use std::os::unix::process::CommandExt as _;
        let output = fs::File::create(&launch.log).with_context(|| format!("cannot write {}", launch.log.display()))?;
        let mut command = match guard {
            Some(python) => {
                let mut command = Command::new(python);
                command.args(["-I", "-c", include_str!("guard.py")]).arg(&launch.program);
                command
            }
            None => Command::new(&launch.program),
        };
        let child = command
            .args(&launch.arguments)
            .env_clear()
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(if guard.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", launch.program.display()))?;
        let pid = i32::try_from(child.id())?;
        self.list.push(ProcessRecord { name: launch.name.to_owned(), pid, started: started(pid).unwrap_or_default() });
        self.children.push(child);
        fs::write(&self.file, serde_json::to_vec_pretty(&self.list)?)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Returns whether the process of that name has exited.
    pub(crate) fn has_ended(&self, name: &str) -> bool {
        !self.running().any(|process| process.name == name)
    }

    /// Stops all processes, the last started first, and removes the record; the record of another
    /// command is left alone. Returns the names of those that ran.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        let on_record = self.are_still_recorded();
        let mut stopped = Vec::new();
        for process in self.list.drain(..).rev().filter(ProcessRecord::is_running) {
            process.stop();
            stopped.push(process.name);
        }
        self.children.clear();
        if on_record {
            let _ = fs::remove_file(&self.file);
        }
        stopped
    }
}

/// Reads the processes of a record; none where there is no file.
fn read(file: &Path) -> Result<Vec<ProcessRecord>> {
    match fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} is damaged", file.display())),
        Err(_) => Ok(Vec::new()),
    }
}

/// Returns the start time of a process as an opaque text, to be compared only; `None` when there
/// is no such process, or only a zombie.
fn started(pid: i32) -> Option<String> {
    if !Path::new("/proc/self/stat").exists() {
        return started_by_ps(pid);
    }
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    started_from_stat(&stat).map(|ticks| format!("{} {ticks}", boot.trim()))
}

/// Returns field 22 of `/proc/<pid>/stat`. The name in field 2 may contain blanks and brackets, so
/// counting begins after the last bracket.
fn started_from_stat(stat: &str) -> Option<&str> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)
}

fn started_by_ps(pid: i32) -> Option<String> {
    let output = Command::new("ps").args(["-o", "stat=,lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (state, started) = text.trim().split_once(char::is_whitespace)?;
    (!state.starts_with('Z')).then(|| started.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(directory: &Path) -> LaunchSpec {
        LaunchSpec {
            name: "sleeper",
            program: PathBuf::from("/bin/sh"),
            // The shell's child takes the role of the emulator's Lambda functions.
            arguments: vec!["-c".into(), "sleep 600 & echo $!; wait".into()],
            environment: vec![("PATH", std::env::var_os("PATH").unwrap())],
            log: directory.join("log"),
        }
    }

    fn child_of_the_sleeper(directory: &Path) -> i32 {
        loop {
            if let Ok(pid) = fs::read_to_string(directory.join("log")).unwrap().trim().parse() {
                return pid;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn stops_the_process_and_its_group_from_the_record_alone() {
        let directory = tempfile::tempdir().unwrap();
        let record = directory.path().join("processes.json");
        let mut first = Processes::open(record.clone()).unwrap();
        first.start(&sleeper(directory.path()), None).unwrap();
        let child = child_of_the_sleeper(directory.path());

        let mut second = Processes::open(record.clone()).unwrap();
        assert_eq!(second.running().count(), 1);
        assert_eq!(second.stop(), ["sleeper"]);
        assert!(first.has_ended("sleeper"));
        assert_eq!(started(child), None);
        assert!(!record.exists());
    }

    #[test]
    fn the_record_of_a_newer_stack_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let record = directory.path().join("processes.json");
        let mut older = Processes::open(record.clone()).unwrap();
        older.start(&sleeper(directory.path()), None).unwrap();
        assert!(older.are_still_recorded() && older.exited().is_empty());
        // Another terminal ran `down`, and `up` again.
        Processes::open(record.clone()).unwrap().stop();
        let mut newer = Processes::open(record.clone()).unwrap();
        newer.start(&sleeper(directory.path()), None).unwrap();

        assert_eq!(older.exited(), ["sleeper"]);
        assert!(!older.are_still_recorded());
        assert!(older.stop().is_empty());
        assert!(newer.are_still_recorded() && newer.exited().is_empty());
        assert_eq!(newer.stop(), ["sleeper"]);
        assert!(!record.exists());
    }

    #[test]
    fn a_process_under_the_guard_ends_when_its_starter_lets_go() {
        let directory = tempfile::tempdir().unwrap();
        let mut processes = Processes::open(directory.path().join("processes.json")).unwrap();
        let python = crate::venv::find_python().unwrap();
        processes.start(&sleeper(directory.path()), Some(&python)).unwrap();
        let child = child_of_the_sleeper(directory.path());
        drop(processes.children.remove(0).stdin.take());
        while started(child).is_some() {
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn a_reused_process_id_is_not_taken_for_ours() {
        let mine = i32::try_from(std::process::id()).unwrap();
        let ours = ProcessRecord { name: "me".to_owned(), pid: mine, started: started(mine).unwrap() };
        assert!(ours.is_running());
        let earlier = ProcessRecord { started: "an earlier time".to_owned(), ..ours };
        assert!(!earlier.is_running());
        earlier.stop();
    }

    #[test]
    fn the_start_time_is_found_behind_any_process_name() {
        let stat = "77 (a) b (c)) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 99 1";
        assert_eq!(started_from_stat(stat), Some("4711"));
        assert_eq!(started_from_stat(&stat.replace(" S ", " Z ")), None);
        assert_eq!(started_from_stat(""), None);
    }
}
