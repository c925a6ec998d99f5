//! The memory and CPU time of this process, as the kernel counts them (proc(5)).

use std::fs;
use std::time::Duration;

/// Clock ticks per second in /proc, which are 100 on every Linux.
const TICKS: u64 = 100;

/// Returns the peak memory of the process in bytes; none where there is no /proc.
pub(super) fn peak_bytes() -> Option<u64> {
    kibibytes(&fs::read_to_string("/proc/self/status").ok()?).map(|kibibytes| kibibytes * 1_024)
}

/// Returns the CPU time of all threads of the process, ended ones included; zero where there is no
/// /proc.
pub(super) fn cpu() -> Duration {
    let ticks = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| ticks(&stat)).unwrap_or_default();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

fn kibibytes(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Returns the sum of the fields `utime` and `stime`. Fields are counted from the last closing
/// bracket, which ends the program's name.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_figures_are_parsed() {
        assert_eq!(kibibytes("Name:\tbenchmark\nVmPeak:\t  999 kB\nVmHWM:\t   12345 kB\n"), Some(12_345));
        let stat = "77 (a) b) S 1 77 77 0 -1 4194560 1 2 3 4 250 50 7 8 20 0 1 0 4711 99 1";
        assert_eq!(ticks(stat), Some(300));
    }
}
