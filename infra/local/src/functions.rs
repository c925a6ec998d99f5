//! The processes of the Lambda functions that the emulator runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Kills every process whose program is in this directory and returns their number. The emulator
/// unpacks functions into a directory of its own.
pub(crate) fn kill_all_in(directory: &Path) -> usize {
    let killed = running_from(directory).into_iter().filter(|pid| kill(Pid::from_raw(*pid), Signal::SIGKILL).is_ok());
    killed.count()
}

fn running_from(directory: &Path) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc/self/task").and_then(|_| fs::read_dir("/proc")) else {
        return running_by_ps(directory);
    };
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_of = |pid: &i32| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let program = command.split(|byte| *byte == 0).next().unwrap_or_default();
        Path::new(&*String::from_utf8_lossy(program)).starts_with(directory)
    };
    ids.filter(is_of).collect()
}

fn running_by_ps(directory: &Path) -> Vec<i32> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,args="]).output().map(|output| output.stdout);
    let text = String::from_utf8(listed.unwrap_or_default()).unwrap_or_default();
    let of_directory = |line: &str| {
        let (pid, command) = line.trim().split_once(char::is_whitespace)?;
        Path::new(command.trim()).starts_with(directory).then(|| pid.parse().ok())?
    };
    text.lines().filter_map(of_directory).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn kills_what_is_of_the_directory_and_nothing_else() {
        let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [mut one, mut other] = [0, 1].map(|place| {
            let program = directories[place].path().join("bootstrap");
            std::os::unix::fs::symlink("/bin/sleep", &program).unwrap();
            let mut command = Command::new(program);
            command.arg("60").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        });
        // The command line of a process that has just started is still empty.
        while directories.iter().any(|directory| running_from(directory.path()).is_empty()) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(kill_all_in(directories[0].path()), 1);
        assert!(!one.wait().unwrap().success());
        assert!(other.try_wait().unwrap().is_none(), "it still runs");
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
