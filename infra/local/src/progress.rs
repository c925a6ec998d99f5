//! Progress of a running step: a spinner on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Interval between two lines of a running step without a terminal.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A step with a name. A step that is dropped without [`ProgressStep::done`] counts as failed.
#[derive(Debug)]
pub struct ProgressStep {
    name: String,
    began: Instant,
    output: Output,
    finished: bool,
}

#[derive(Debug)]
enum Output {
    Spinner(ProgressBar),
    /// The latest detail, and the sender that ends the repeated lines when it is dropped.
    Lines(Arc<Mutex<String>>, Option<mpsc::Sender<()>>),
    Nothing,
}

impl ProgressStep {
    /// Begins a step and shows its name.
    #[must_use]
    pub fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        let output = if stderr().is_terminal() { spinner(&name) } else { lines(&name) };
        Self { name, began: Instant::now(), output, finished: false }
    }

    /// A step that shows nothing.
    pub(crate) fn silent() -> Self {
        Self { name: String::new(), began: Instant::now(), output: Output::Nothing, finished: true }
    }

    /// Shows the current detail beside the step's name.
    pub fn detail(&self, text: &str) {
        match &self.output {
            Output::Spinner(bar) => bar.set_message(text.to_owned()),
            Output::Lines(latest, _) => text.clone_into(&mut latest.lock().unwrap_or_else(PoisonError::into_inner)),
            Output::Nothing => {}
        }
    }

    /// Prints a line that stays, for a finished part of the step.
    pub(crate) fn note(&self, text: &str) {
        match &self.output {
            Output::Spinner(bar) => bar.suspend(|| say(&format!("  {text}"))),
            Output::Lines(..) => say(&format!("  {text}")),
            Output::Nothing => {}
        }
    }

    /// Ends the step as done; `outcome` is shown beside the name and may be empty.
    pub fn done(mut self, outcome: &str) {
        self.end("done", outcome);
    }

    fn end(&mut self, word: &str, outcome: &str) {
        self.finished = true;
        let outcome = if outcome.is_empty() { String::new() } else { format!(": {outcome}") };
        match &mut self.output {
            Output::Spinner(bar) => bar.finish_and_clear(),
            Output::Lines(_, heartbeat) => drop(heartbeat.take()),
            Output::Nothing => {}
        }
        say(&format!("{} ... {word} in {:.1} s{outcome}", self.name, self.began.elapsed().as_secs_f32()));
    }
}

impl Drop for ProgressStep {
    fn drop(&mut self) {
        if !self.finished {
            self.end("failed", "");
        }
    }
}

/// Prints a line to standard error, past the capture of the test harness, so that it shows while a
/// test still runs.
pub fn say(line: &str) {
    // A closed standard error has no reader, so the failure is ignored.
    let _ = writeln!(stderr(), "{line}");
}

fn spinner(name: &str) -> Output {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} ... {elapsed} {wide_msg:.dim}") {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    Output::Spinner(bar)
}

fn lines(name: &str) -> Output {
    let latest = Arc::new(Mutex::new(String::new()));
    let (heartbeat, ended) = mpsc::channel::<()>();
    let (name, shown, began) = (name.to_owned(), Arc::clone(&latest), Instant::now());
    say(&format!("{name} ..."));
    thread::spawn(move || {
        while ended.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
            let detail = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
            say(&format!("{name} ... {} s {detail}", began.elapsed().as_secs()));
        }
    });
    Output::Lines(latest, Some(heartbeat))
}
